console.log(process.platform, process.arch, process.release.name, process.version === "v" + process.versions.node, process.features.inspector);
console.log(Object.keys(process.memoryUsage()), process.memoryUsage().rss > 1e6, Object.keys(process.cpuUsage()), process.resourceUsage().maxRSS > 1000);
console.log(process.config.variables !== undefined, process.debugPort, process.allowedNodeEnvironmentFlags.size > 50, process.report !== undefined);
console.log(process.getuid(), process.getgid(), process.geteuid(), process.getgroups().length, process.connected, process.channel, process.domain);
console.log(process.listenerCount("exit"), process.eventNames(), process.moduleLoadList.length > 20, process.getActiveResourcesInfo());
console.log(Object.getOwnPropertyNames(process).sort().join());
console.log(require("os").hostname(), require("os").EOL, require("os").endianness(), Object.keys(require("os").networkInterfaces()), require("os").availableParallelism() > 0);
