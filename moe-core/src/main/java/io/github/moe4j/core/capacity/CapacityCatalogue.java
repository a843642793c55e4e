package io.github.moe4j.core.capacity;

import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/** All capacity formulas by name. */
public final class CapacityCatalogue {
  private static final String SUBJECT = "capacity formula";

  private CapacityCatalogue() {}

  /**
   * Those of the library, and those that {@link java.util.ServiceLoader} finds on the class path.
   *
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue<CapacityProvider> load() {
    return Catalogue.load(SUBJECT, CapacityProvider.class, library());
  }

  /** The formulas of the library. */
  public static List<CapacityProvider> library() {
    return List.of(
        of("factor", "Switch Transformers", "ceil(N/E·f)", (f, k) -> CapacityFormula.factor(f)),
        of("fixed", "Hugging Face expert_capacity", "f", (f, k) -> CapacityFormula.fixed(whole(f))),
        of("megatron", "Megatron-LM", "ceil((T·k/E)·f)", (f, k) -> CapacityFormula.megatron(k, f)),
        of(
            "deepspeed",
            "DeepSpeed",
            "max(4, ceil((T/E)·(f·k)))",
            (f, k) -> CapacityFormula.deepspeed(k, f, 4)),
        of("vmoe", "vmoe", "ceil(T·f/E), to a multiple of 4", (f, k) -> CapacityFormula.vmoe(f)),
        of(
            "flaxformer",
            "Flaxformer",
            "max(4, round(f·T/E))",
            (f, k) -> CapacityFormula.flaxformer(f, 4)),
        of(
            "mesh",
            "mesh-tensorflow, lucidrains",
            "max(min(T, ⌊T·f/E⌋), 4)",
            (f, k) -> CapacityFormula.mesh(f, 4)),
        of("tutel", "Tutel", "k·⌊f·ceil(T/E)⌋", (f, k) -> CapacityFormula.tutel(k, f)),
        of("megablocks", "MegaBlocks", "⌊f·(k·T/E)⌋", (f, k) -> CapacityFormula.megablocks(k, f)),
        of(
            "fairseq",
            "fairseq, NLLB",
            "2·ceil(T/E); evaluation: ceil(f·T)",
            (f, k) -> CapacityFormula.fairseq(f)),
        of(
            "maxtext",
            "MaxText",
            "⌊max(ceil(T·k/E)·f, f)⌋",
            (f, k) -> CapacityFormula.maxtext(k, f)));
  }

  private static CapacityProvider of(String name, String title, String formula, Factory factory) {
    return new Entry(name, title, formula, factory);
  }

  /** Makes a formula of the number f and k. */
  @FunctionalInterface
  private interface Factory {
    CapacityFormula create(double number, int k);
  }

  /** A formula of the library. */
  private record Entry(String name, String title, String formula, Factory factory)
      implements CapacityProvider {
    @Override
    public String page() {
      return "capacity";
    }

    @Override
    public CapacityFormula create(double number, int k) {
      return factory.create(number, k);
    }
  }

  private static int whole(double number) {
    Require.that(
        number == Math.rint(number), "a fixed capacity must be a whole number but was %s", number);
    return (int) number;
  }
}
