/** Whether a process of this machine lives, whoever owns it. One that only waits to be reaped counts as living. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
