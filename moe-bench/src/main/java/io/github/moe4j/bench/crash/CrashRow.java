package io.github.moe4j.bench.crash;

import java.util.List;

/**
 * What happened to a command.
 *
 * @param name of the command and of what it went through
 * @param times it was killed, or met a failure
 * @param runs that were completed then
 * @param faults what should not have been
 */
record CrashRow(String name, int times, int runs, List<String> faults) {}
