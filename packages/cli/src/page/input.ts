import type { InputFormat, ProfileName } from "@twoway/sim";

/** What the page begins with: the texts as they were read, so that it reads them by itself and can show their lines. */
export interface PageInput {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly profile?: ProfileName;
  readonly as?: InputFormat;
}
