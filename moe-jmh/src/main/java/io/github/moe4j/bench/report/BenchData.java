package io.github.moe4j.bench.report;

import io.github.moe4j.cli.Version;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * All that the page shows; its script reads it as JSON.
 *
 * @param title of the page
 * @param version of this library
 * @param files in the order of the command line
 * @param groups of JMH's benchmarks
 * @param peers times of systems, by file
 */
record BenchData(
    String title,
    String version,
    List<Source> files,
    List<BenchGroup> groups,
    List<PeerList> peers) {

  /** A file with what it tells of its machine and runs. */
  record Source(String name, Map<String, String> settings) {}

  /** The times of a file, by number. */
  record PeerList(int file, List<PeerFigure> times) {}

  static BenchData of(List<ResultFile> files) {
    List<PeerList> peers = IntStream.range(0, files.size())
        .filter(i -> !files.get(i).peers().isEmpty())
        .mapToObj(i -> new PeerList(i, files.get(i).peers()))
        .toList();
    return new BenchData(
        "Benchmarks",
        Version.number(),
        files.stream().map(file -> new Source(file.name(), file.settings())).toList(),
        BenchGroup.of(files),
        peers);
  }
}
