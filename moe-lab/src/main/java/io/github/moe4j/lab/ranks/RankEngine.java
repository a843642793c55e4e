package io.github.moe4j.lab.ranks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Runs a job on N ranks. The library has {@code threads} and {@code processes}; another is a class with a public
 * no-argument constructor, listed in {@code META-INF/services/io.github.moe4j.lab.ranks.RankEngine}.
 */
public interface RankEngine {
  /** As on the command line. */
  String name();

  /**
   * Runs all ranks and returns when they have ended. If one fails, all end.
   *
   * @throws IOException if one failed, or could not be started; the message names it
   */
  void run(RankJob job) throws IOException;

  /** The library's engines, then those found. */
  static List<RankEngine> all() {
    List<RankEngine> all = new ArrayList<>(List.of(new ThreadEngine(), new ProcessEngine()));
    ServiceLoader.load(RankEngine.class).forEach(all::add);
    return all;
  }

  /**
   * The engine of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  static RankEngine named(String name) {
    return all().stream()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("engine must be one of %s but was %s"
            .formatted(all().stream().map(RankEngine::name).toList(), name)));
  }
}
