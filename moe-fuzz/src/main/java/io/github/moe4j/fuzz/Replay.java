package io.github.moe4j.fuzz;

/** How a case is run again, alone. */
final class Replay {
  private Replay() {}

  static String command(String target, long seed) {
    return "run it alone with mvn -Pfuzz -pl moe-fuzz -am -DskipTests verify -Dfuzz.targets=%s -Dfuzz.count=1 -Dmoe.seed=%d"
        .formatted(target, seed);
  }
}
