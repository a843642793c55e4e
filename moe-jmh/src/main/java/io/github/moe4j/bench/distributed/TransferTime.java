package io.github.moe4j.bench.distributed;

/**
 * Time of moving bytes.
 *
 * @param operation what moves them
 * @param bytes out of a rank to each other rank, or of the array that is summed
 * @param seconds median
 * @param cpuSecondsPerGigabyte of the rank's process, for 10⁹ bytes out of it
 */
record TransferTime(String operation, long bytes, double seconds, double cpuSecondsPerGigabyte) {
  static final String MEMCPY = "memcpy";
  static final String SOCKET = "plain socket";
  static final String ALL_TO_ALL = "all-to-all";
  static final String ALL_REDUCE = "all-reduce";

  double gigabytesPerSecond() {
    return bytes / seconds / 1e9;
  }
}
