// Loaded before a script that `tools/run.mjs` started: ends it when the launcher is killed, as if it had been
// killed itself. The channel does not keep the script alive, and is none that it could mistake for its own.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
// Whom the script forks has a channel of its own, to the script, and may live by it.
process.execArgv = process.execArgv.filter((flag) => flag !== `--import=${import.meta.url}`);
