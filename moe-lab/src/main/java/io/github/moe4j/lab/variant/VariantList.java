package io.github.moe4j.lab.variant;

import io.github.moe4j.core.capacity.CapacityCatalogue;
import io.github.moe4j.core.capacity.CapacityProvider;
import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.lab.balance.Mechanism;
import java.io.PrintWriter;

/** All that can be compared, one line each. */
public final class VariantList {
  private VariantList() {}

  /** Prints it. */
  public static void print(PrintWriter out) {
    out.println("--routers: models, each with its usual balancing");
    line(out, "dense", "one network for all tokens");
    for (RouterChoice choice : RouterChoice.all()) {
      String own = " [balance %s, capacity %s]".formatted(choice.balance(), choice.capacity());
      line(out, choice.name(), choice.provider().formula() + own);
    }
    out.println();
    out.println("--balance: several joined by +");
    line(out, BalanceChoice.NONE, "no balancing");
    for (Mechanism mechanism : BalanceChoice.all()) {
      line(out, mechanism.name(), mechanism.description());
    }
    out.println();
    out.println(
        "--capacity: a number f after a colon, as in megatron:1.25; a number alone is a factor");
    line(out, CapacityText.DROPLESS, "drops nothing");
    for (CapacityProvider kind : CapacityCatalogue.load()) {
      line(out, kind.name() + ":f", kind.formula() + ", as in " + kind.title());
    }
    line(
        out,
        "…:f:how",
        "a modifier: one or more of " + String.join(", ", CapacityText.allModifiers()));
    out.println();
    out.println("--experts: number and kinds");
    for (ExpertsProvider kind : ExpertsCatalogue.load()) {
      line(out, kind.name(), kind.title() + ": " + kind.formula());
    }
    out.flush();
  }

  private static void line(PrintWriter out, String name, String text) {
    out.printf("  %-22s %s%n", name, text);
  }
}
