package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ConstantExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.ZeroExperts;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.testkit.RandomArrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Random experts with what they must compute.
 *
 * @param experts of any kind
 * @param reference reads their parameters anew at each call
 * @param kind for messages
 * @param trains whether training passes are allowed
 * @param smooth whether the gradient has no jump, near which float32 and float64 may be on different sides
 * @param noisy whether outputs differ in training
 */
record RandomExperts(
    Experts experts,
    Supplier<Reference> reference,
    String kind,
    boolean trains,
    boolean smooth,
    boolean noisy) {
  private static final double DEVIATION = 0.5;

  static RandomExperts draw(SplittableRandom random, int experts, int width, DataType type) {
    ExpertOptions options = ExpertOptions.of(experts, width, 1 + random.nextInt(5))
        .withBiases(random.nextBoolean())
        .withActivation(Draw.of(random, Activation.values()))
        .withDataType(type);
    boolean canBeFrozen = type == DataType.FLOAT;
    return switch (random.nextInt(8)) {
      case 0 -> composite(random, options);
      case 1 -> canBeFrozen ? FrozenNetworks.quantized(random, options) : plain(random, options);
      case 2 -> canBeFrozen ? FrozenNetworks.mapped(random, options) : plain(random, options);
      case 3 -> lora(random, options);
      case 4 -> TwoLevels.draw(random, options);
      case 5 -> plain(random, options);
      default -> ofCatalogue(random, options);
    };
  }

  private static RandomExperts ofCatalogue(SplittableRandom random, ExpertOptions options) {
    ExpertsProvider provider = Draw.of(random, ExpertsCatalogue.library());
    if (options.experts() < provider.traits().leastExperts()) {
      return plain(random, options);
    }
    Experts experts = provider.create(options, random.nextLong());
    RandomArrays.fill(experts.parameters(), random, DEVIATION);
    NamedArrays all = experts.parameters();
    String name = provider.name();
    if (name.equals("moe++")) {
      return new RandomExperts(experts, moePlusPlus(options, all), name, true, true, false);
    }
    boolean clamped = name.equals("clamped-swiglu");
    boolean noisy = name.contains("dropout");
    Activation activation = activationOf(name);
    return new RandomExperts(
        experts,
        clamped ? Reference.clamped(all) : Reference.networks(all, activation),
        name,
        true,
        activation != Activation.RELU && !noisy && !clamped,
        noisy);
  }

  private static Activation activationOf(String name) {
    for (Activation activation : Activation.values()) {
      if (name.equals(ExpertsCatalogue.plain(activation))
          || name.equals(ExpertsCatalogue.gated(activation))) {
        return activation;
      }
    }
    return Activation.SILU;
  }

  private static Supplier<Reference> moePlusPlus(ExpertOptions options, NamedArrays all) {
    return joined(
        List.of(
            Reference.networks(all.part("0"), Activation.SILU),
            RandomExperts::zero,
            RandomExperts::copy,
            Reference.constants(all.part("3"))),
        new int[] {options.experts() - 3, 1, 1, 1});
  }

  static RandomExperts plain(SplittableRandom random, ExpertOptions options) {
    Experts experts = random.nextBoolean()
        ? GluExperts.create(options, random.nextLong())
        : FfnExperts.create(options, random.nextLong());
    RandomArrays.fill(experts.parameters(), random, DEVIATION);
    return new RandomExperts(
        experts,
        Reference.networks(experts.parameters(), options.activation()),
        "networks with " + options.activation(),
        true,
        options.activation() != Activation.RELU,
        false);
  }

  private static RandomExperts composite(SplittableRandom random, ExpertOptions options) {
    if (options.experts() < 2) {
      return plain(random, options);
    }
    int first = 1 + random.nextInt(options.experts() - 1);
    int rest = options.experts() - first;
    int width = options.modelWidth();
    RandomExperts networks = plain(random, options.withExperts(first));
    Experts other;
    Supplier<Reference> reference;
    switch (random.nextInt(3)) {
      case 0 -> {
        other = new ZeroExperts(rest, width, options.dataType());
        reference = RandomExperts::zero;
      }
      case 1 -> {
        other = CopyExperts.of(rest, width, options.dataType());
        reference = RandomExperts::copy;
      }
      default -> {
        other = ConstantExperts.create(rest, width, options.dataType(), random.nextLong());
        reference = Reference.constants(other.parameters());
      }
    }
    return new RandomExperts(
        CompositeExperts.of(networks.experts, other),
        joined(List.of(networks.reference, reference), new int[] {first, rest}),
        networks.kind + " and " + other.getClass().getSimpleName(),
        true,
        networks.smooth,
        false);
  }

  private static RandomExperts lora(SplittableRandom random, ExpertOptions options) {
    RandomExperts base = plain(random, options);
    LoraOptions adapters = LoraOptions.of(1 + random.nextInt(3), 1 + random.nextInt(8))
        .withTargets(
            base.experts instanceof GluExperts ? LoraTarget.EXPERT_GATE : LoraTarget.EXPERT_UP)
        .withSeed(random.nextLong());
    LoraExperts experts = LoraExperts.of(base.experts, adapters);
    RandomArrays.fill(experts.parameters(), random, DEVIATION);
    Supplier<Reference> merged = () -> {
      Reference all = Reference.networks(experts.merged().parameters(), options.activation())
          .get();
      return all::apply; // its gradients are those of other parameters
    };
    return new RandomExperts(experts, merged, "LoRA of " + base.kind, true, base.smooth, false);
  }

  private static Reference zero() {
    return (expert, x) -> new double[x.length];
  }

  private static Reference copy() {
    return (expert, x) -> x.clone();
  }

  /** Parts of some experts each, one after another. */
  static Supplier<Reference> joined(List<Supplier<Reference>> parts, int[] sizes) {
    return () -> {
      List<Reference> now = parts.stream().map(Supplier::get).toList();
      return (expert, x) -> {
        int part = 0;
        int own = expert;
        while (own >= sizes[part]) {
          own -= sizes[part++];
        }
        return now.get(part).apply(own, x);
      };
    };
  }
}
