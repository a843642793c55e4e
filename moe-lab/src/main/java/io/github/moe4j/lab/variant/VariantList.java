package io.github.moe4j.lab.variant;

import io.github.moe4j.lab.balance.Mechanism;
import java.io.PrintWriter;

/** All that can be compared, one line each. */
public final class VariantList {
  private VariantList() {}

  /** Prints it. */
  public static void print(PrintWriter out) {
    out.println("--routers: models, each with what usually balances it");
    line(out, "dense", "one network that every token sees");
    for (RouterChoice choice : RouterChoice.all()) {
      String own = " [balance %s, capacity %s]".formatted(choice.balance(), choice.capacity());
      line(out, choice.name(), choice.entry().facts().formula() + own);
    }
    out.println();
    out.println("--balance: several at once joined by +");
    line(out, BalanceChoice.NONE, "nothing balances the load");
    for (Mechanism mechanism : BalanceChoice.all()) {
      line(out, mechanism.name(), mechanism.description());
    }
    out.println();
    out.println(
        "--capacity: a number f after a colon, as in megatron:1.25; a number alone is a factor");
    line(out, CapacityKinds.DROPLESS, "keeps every assignment");
    for (CapacityKind kind : CapacityKinds.all()) {
      line(out, kind.name() + ":f", kind.formula() + ", as in " + kind.text());
    }
    line(out, "…:f:how", "how is one or more of " + String.join(", ", CapacityKinds.modifiers()));
    out.println();
    out.println("--experts: how many, and of which kinds");
    for (ExpertKind kind : ExpertKinds.all()) {
      line(out, kind.name(), kind.text() + ": " + kind.formula());
    }
    out.flush();
  }

  private static void line(PrintWriter out, String name, String text) {
    out.printf("  %-22s %s%n", name, text);
  }
}
