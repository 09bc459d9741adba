/**
 * Ends this program in order when the one that launched it is gone without having been able to say so (`kill -9`): they
 * are one command for whoever started them.
 */
export function watchLauncher(): void {
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // It does not keep the program alive.
  process.channel.unref();
}
