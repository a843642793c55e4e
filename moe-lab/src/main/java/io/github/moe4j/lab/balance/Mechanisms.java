package io.github.moe4j.lab.balance;

import static io.github.moe4j.lab.balance.MechanismKinds.NOTHING;
import static io.github.moe4j.lab.balance.MechanismKinds.bias;
import static io.github.moe4j.lab.balance.MechanismKinds.controlled;
import static io.github.moe4j.lab.balance.MechanismKinds.fallingRate;
import static io.github.moe4j.lab.balance.MechanismKinds.loss;
import static io.github.moe4j.lab.balance.MechanismKinds.losses;
import static io.github.moe4j.lab.balance.MechanismKinds.none;
import static io.github.moe4j.lab.balance.MechanismKinds.sum;

import io.github.moe4j.balance.BatchwiseLoss;
import io.github.moe4j.balance.CommunicationLoss;
import io.github.moe4j.balance.ComplementaryLoss;
import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.balance.DeviceLoss;
import io.github.moe4j.balance.EntropyLoss;
import io.github.moe4j.balance.ImportanceLoss;
import io.github.moe4j.balance.LoadLoss;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.VarianceEstimator;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.balance.control.ProportionalRule;
import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.balance.control.SparsityController;
import java.util.Collections;
import java.util.List;

/** The registry: every mechanism, with the settings it is studied with and the bound it must keep. */
public final class Mechanisms {
  private static final List<Mechanism> ALL = List.of(
      none(StudiedRouter.TOP_K),
      loss(
          "switch",
          "Switch loss, 0.01",
          "the default: any router with a distribution; one coefficient",
          "switch-loss",
          o -> SwitchLoss.of(0.01)),
      loss(
          "gshard",
          "first choices only, 0.01",
          "as Switch, if only first choices need balance; weaker on the others",
          "switch-loss",
          o -> SwitchLoss.gshard(0.01)),
      loss(
          "per-sequence",
          "DeepSeek-V2 within each sequence, 0.01",
          "every sequence must use all experts, as in expert parallelism; costs specialization",
          "deepseek-losses",
          o -> SwitchLoss.perSequence(0.01)),
      new Mechanism(
          "global-batch",
          "Switch loss with the counts of the whole step, 0.01",
          "small micro-batches or several workers: balanced overall, free within a batch",
          "global-batch",
          StudiedRouter.TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          (options, biases, steps) -> new GlobalBatch(SwitchLoss.of(0.01))),
      loss(
          "importance",
          "CV² of probabilities, 0.02",
          "without counts; balances probability, not tokens",
          "importance-and-load",
          o -> ImportanceLoss.ofProbabilities(0.02, VarianceEstimator.POPULATION)),
      new Mechanism(
          "importance-of-weights",
          "CV² of weights, 0.01; reaches chosen experts only, so it cannot undo a total collapse",
          "only together with noise and a load loss",
          "importance-and-load",
          StudiedRouter.TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.NONE,
          losses(o -> List.of(ImportanceLoss.of(0.01)))),
      loss(
          "entropy",
          "entropy of the mean distribution, 0.1",
          "smooth, without counts; needs a larger coefficient, and reads probabilities only",
          "entropy-loss",
          o -> EntropyLoss.of(0.1)),
      new Mechanism(
          "device",
          "DeepSeek-V2 device-level, 2 experts per device, 0.01",
          "experts may differ as long as devices are balanced",
          "deepseek-losses",
          StudiedRouter.TOP_K,
          LoadUnit.DEVICES,
          BalanceTarget.BALANCED,
          losses(o -> List.of(DeviceLoss.of(0.01, LoadUnit.placement(o.experts()))))),
      new Mechanism(
          "communication",
          "DeepSeek-V2 communication, 2 experts per device, 0.01",
          "the traffic to each device is the bottleneck",
          "deepseek-losses",
          StudiedRouter.TOP_K,
          LoadUnit.DEVICES,
          BalanceTarget.BALANCED,
          losses(o -> List.of(CommunicationLoss.of(0.01, LoadUnit.placement(o.experts()), o.k())))),
      new Mechanism(
          "deepseek-v2",
          "expert-, device- and communication-level, 0.01, 0.05, 0.02",
          "expert parallelism, all three combined",
          "deepseek-losses",
          StudiedRouter.TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          losses(o -> List.of(
              SwitchLoss.perSequence(0.01),
              DeviceLoss.of(0.05, LoadUnit.placement(o.experts())),
              CommunicationLoss.of(0.02, LoadUnit.placement(o.experts()), o.k())))),
      new Mechanism(
          "z-loss",
          "0.001; keeps logits small, does not balance",
          "with another loss: against growing logits in low precision",
          "z-loss",
          StudiedRouter.TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.NONE,
          losses(o -> List.of(new ZLoss(1e-3)))),
      none(StudiedRouter.DEEPSEEK_V3),
      bias(
          "v3-sign",
          "selection bias, sign rule, rate falling from 0.01 to 0.0005",
          "no interfering gradient; the best balance; needs a step hook and a rate",
          rate -> new SignRule(rate, false)),
      bias(
          "v3-centred",
          "the same with centred changes (torchtitan)",
          "the same, biases do not drift",
          rate -> new SignRule(rate, true)),
      bias(
          "v3-proportional",
          "selection bias in proportion to the error, same rate",
          "the same with fewer settings to anneal: updates decay by themselves",
          ProportionalRule::new),
      new Mechanism(
          "v3-published",
          "the sign rule as above and the complementary loss, 1e-4",
          "the bias, and a small loss within each sequence",
          "deepseek-losses",
          StudiedRouter.DEEPSEEK_V3,
          LoadUnit.EXPERTS,
          BalanceTarget.TIGHT,
          (options, biases, steps) -> controlled(
              sum(List.of(ComplementaryLoss.of(1e-4, options.k()))),
              biases,
              bias -> new BiasController(bias, new SignRule(fallingRate(steps), false)))),
      new Mechanism(
          "v3-complementary",
          "only the complementary loss, 0.02",
          "sigmoid routers without a bias",
          "deepseek-losses",
          StudiedRouter.DEEPSEEK_V3,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          losses(o -> List.of(ComplementaryLoss.of(0.02, o.k())))),
      none(StudiedRouter.BIASED_TOP_K),
      new Mechanism(
          "quantile",
          "quantile balancing",
          "as the bias, without a rate: converges within a few steps; reads all scores",
          "controllers",
          StudiedRouter.BIASED_TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          (options, biases, steps) ->
              controlled(NOTHING, biases, bias -> QuantileController.ofLogits(bias, options.k()))),
      none(StudiedRouter.NOISY_TOP_K),
      new Mechanism(
          "importance-and-load",
          "CV² of weights and of smooth load, 0.01 each",
          "noisy top-k, Shazeer's pair",
          "importance-and-load",
          StudiedRouter.NOISY_TOP_K,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          losses(o -> List.of(ImportanceLoss.of(0.01), LoadLoss.of(0.01)))),
      none(StudiedRouter.BATCHWISE),
      new Mechanism(
          "batchwise-loss",
          "thresholds learned from the batchwise mask, 1e-4",
          "a batchwise mask in training that must also work token by token",
          "batchwise-loss",
          StudiedRouter.BATCHWISE,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          losses(o -> List.of(new BatchwiseLoss(1e-4)))),
      none(StudiedRouter.REMOE),
      new Mechanism(
          "remoe-l1",
          "L1 on weights, coefficient controlled by sparsity, factor 1.1",
          "ReLU routing: controls the number of experts per token and their load",
          "remoe-l1",
          StudiedRouter.REMOE,
          LoadUnit.EXPERTS,
          BalanceTarget.BALANCED,
          (options, biases, steps) -> {
            SparsityController steered =
                new SparsityController(options.experts(), options.k(), 1e-8, 1.1);
            CompositeLoss loss = CompositeLoss.builder()
                .add(new ReMoEL1(1, options.k()), steered)
                .build();
            return new LossesAndControllers(
                loss, Collections.nCopies(biases.size(), (LoadController) steered));
          }));

  private Mechanisms() {}

  /** All mechanisms by router; the first of each router is none. */
  public static List<Mechanism> all() {
    return ALL;
  }

  /** The mechanism of a name; an error that lists the names if there is none. */
  public static Mechanism named(String name) {
    return ALL.stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("mechanism must be one of %s but was %s"
            .formatted(ALL.stream().map(Mechanism::name).toList(), name)));
  }
}
