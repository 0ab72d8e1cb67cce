import * as z from "zod";
import { ApiError } from "./error.ts";
import { id } from "./operation.ts";

/** What every Describe call shares: ids or filters, and a page of the result. */

interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

const filter: z.ZodType<Filter> = z.strictObject({
  Name: z.string(),
  Values: z.array(z.string()).min(1).max(100),
});

/** Numbers may come as text, which is how older calls have them. */
function count(max: number): z.ZodType<number> {
  return z.union([z.number(), z.string().regex(/^\d{1,9}$/)]).transform((value, context) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0 || number > max)
      context.addIssue(`a whole number from 0 to ${max}`);
    return number;
  });
}

interface PageShape {
  readonly Filters: z.ZodOptional<z.ZodArray<z.ZodType<Filter>>>;
  readonly Offset: z.ZodOptional<z.ZodType<number>>;
  readonly Limit: z.ZodOptional<z.ZodType<number>>;
}

export const pageShape: PageShape = {
  Filters: z.array(filter).max(10).optional(),
  Offset: count(1_000_000).optional(),
  Limit: count(100).optional(),
};

export const idList: z.ZodArray<z.ZodString> = z.array(id).max(100);

/** What the filters of a call mean: does the record have this value? */
type Fields<T> = Readonly<Record<string, (record: T, value: string) => boolean>>;

/**
 * Returns the records that have one of the ids, or pass every filter: filters are ANDed and the values of one ORed.
 * Throws when both are given, and for a filter that the call does not have.
 */
export function select<T>(
  records: readonly T[],
  asked: { readonly ids: readonly string[] | undefined; readonly filters: readonly Filter[] | undefined },
  idOf: (record: T) => string,
  fields: Fields<T>,
): T[] {
  const { ids, filters } = asked;
  if (ids !== undefined && filters !== undefined && filters.length > 0) {
    throw new ApiError("InvalidParameter.Coexist", "give ids or Filters, not both");
  }
  if (ids !== undefined) {
    const lost = ids.find((one) => !records.some((record) => idOf(record) === one));
    if (lost !== undefined) {
      throw new ApiError("ResourceNotFound", `there is no ${lost} that this account lists in this region`);
    }
    return records.filter((record) => ids.includes(idOf(record)));
  }
  return (filters ?? []).reduce<readonly T[]>((left, { Name, Values }) => {
    const field = Object.hasOwn(fields, Name) ? fields[Name] : undefined;
    if (field === undefined) {
      const known = Object.keys(fields).join(", ");
      throw new ApiError("InvalidParameter", `there is no filter ${Name}; there are ${known}`);
    }
    return left.filter((record) => Values.some((value) => field(record, value)));
  }, records) as T[];
}

/** Returns one page: 20 records from the first unless asked otherwise. */
export function page<T>(
  records: readonly T[],
  { Offset = 0, Limit = 20 }: { readonly Offset?: number | undefined; readonly Limit?: number | undefined },
): readonly T[] {
  return records.slice(Offset, Offset + Limit);
}
