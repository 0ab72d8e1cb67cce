/** What a shell says of a program that a signal ended. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Waits for a signal to stop and returns the exit status for it. A second one ends the process at once. */
export function stopped(): Promise<number> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve(STATUS[name]));
  });
}
