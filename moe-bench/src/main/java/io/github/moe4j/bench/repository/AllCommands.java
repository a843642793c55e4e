package io.github.moe4j.bench.repository;

import io.github.moe4j.bench.Main;
import io.github.moe4j.bench.crash.CrashCommand;
import io.github.moe4j.bench.mutants.MutantsCommand;
import io.github.moe4j.bench.params.ParamsCommand;
import io.github.moe4j.bench.peers.PeersCommand;
import io.github.moe4j.bench.scaling.ScalingCommand;
import io.github.moe4j.bench.soak.SoakCommand;
import io.github.moe4j.conformance.ConformanceCommand;

/** The published commands, and those of this repository. */
public final class AllCommands {
  private AllCommands() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Main.start(args, ofThisRepository());
  }

  /** New ones, to be added to the published. */
  static Object[] ofThisRepository() {
    return new Object[] {
      new ConformanceCommand(),
      new ParamsCommand(),
      new PeersCommand(),
      new ScalingCommand(),
      new SoakCommand(),
      new CrashCommand(),
      new MutantsCommand()
    };
  }
}
