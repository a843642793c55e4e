package io.github.moe4j.fuzz.api;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.CoefficientControllerProvider;
import io.github.moe4j.balance.catalogue.ControllerCatalogue;
import io.github.moe4j.balance.catalogue.ControllerProvider;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.fuzz.api.OpenPass.State;
import io.github.moe4j.fuzz.api.RandomInput.Mode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Losses and controllers of the catalogues on the decisions of passes, alone and in a balancer. */
final class BalanceSteps {
  private final Sequence sequence;
  private final Calls calls;
  private final SplittableRandom random;

  BalanceSteps(Sequence sequence) {
    this.sequence = sequence;
    this.calls = sequence.calls();
    this.random = sequence.random();
  }

  void run() {
    int experts = sequence.subject().numberOfExperts();
    int k = Math.min(experts, sequence.subject().config().k());
    loss(experts, k).ifPresent(loss -> {
      if (Draw.oneIn(random, 2)) {
        evaluate(loss);
      } else {
        balance(loss, controller(experts, k));
      }
    });
  }

  private Optional<BalanceLoss> loss(int experts, int k) {
    LossProvider provider = Draw.of(random, LossCatalogue.library());
    double coefficient = Draw.oneIn(random, 8) ? Draw.number(random) : random.nextDouble();
    int devices = Draw.of(random, new int[] {1, 2, experts});
    return calls.either(
        "loss " + provider.name(),
        new Snapshot(),
        () -> provider.create(coefficient, new LossSizes(experts, k, devices)));
  }

  private LoadController controller(int experts, int k) {
    ControllerProvider provider = Draw.of(random, ControllerCatalogue.library());
    if (provider instanceof BiasControllerProvider ofBias) {
      return ofBias.create(
          sequence.subject().bias(), k, CoefficientSchedule.constant(random.nextDouble()));
    }
    return ((CoefficientControllerProvider) provider).create(experts, k);
  }

  /** The loss of a decision, which a router may not have the scores for; a gradient goes to its own pass only. */
  private void evaluate(BalanceLoss loss) {
    sequence
        .pass(pass -> pass.input().mode() != Mode.INFERENCE)
        .ifPresent(pass -> calls
            .either(
                "a loss", sequence.snapshot(), () -> loss.evaluate(pass.pass().decision()))
            .ifPresent(value -> sequence
                .pass(other -> other != pass && sequence.isOpen(other))
                .ifPresent(other -> calls.refused(
                    "the gradient of another decision",
                    sequence.snapshot(),
                    () -> other.pass().addBalance(value.gradient())))));
  }

  private void balance(BalanceLoss loss, LoadController controller) {
    Balancer balancer = Balancer.builder().add(loss).controller(controller).build();
    sequence.pass(sequence::isOpen).ifPresent(pass -> {
      double scale = Draw.oneIn(random, 6) ? Draw.number(random) : 1;
      List<MoePass> levels = Draw.oneIn(random, 2)
          ? pass.pass().moe()
          : List.of(pass.pass()); // groups have another size
      Checkpoint before = state(balancer);
      boolean ran = calls
          .either("balancing", sequence.snapshot(), () -> balancer.balance(levels, scale))
          .isPresent();
      if (!ran) {
        requireSame(before, state(balancer));
        return;
      }
      sequence.replace(pass, pass.with(State.BALANCED));
      calls.refused("balancing twice", sequence.snapshot(), () -> balancer.balance(levels));
    });
    calls.accepted("a step of balancing", balancer::step);
    sequence.biasChanged();
    saveAndRestore(balancer);
  }

  private void saveAndRestore(Stateful balancer) {
    Checkpoint saved = calls.accepted("saving a balancer", () -> state(balancer));
    calls.accepted("restoring a balancer", () -> balancer.restore(saved, "b"));
    calls.refused(
        "restoring from elsewhere", new Snapshot(), () -> balancer.restore(saved, "elsewhere"));
    requireSame(saved, state(balancer));
  }

  private static Checkpoint state(Stateful part) {
    Checkpoint.Builder builder = Checkpoint.builder();
    part.addTo(builder, "b");
    return builder.build();
  }

  private static void requireSame(Checkpoint expected, Checkpoint actual) {
    if (!expected.names().equals(actual.names())) {
      throw new AssertionError("a refusal changed " + expected.names() + " to " + actual.names());
    }
    for (String name : expected.names()) {
      if (!text(expected, name).equals(text(actual, name))) {
        throw new AssertionError("a refusal changed " + name + " from " + text(expected, name)
            + " to " + text(actual, name));
      }
    }
  }

  /** Numbers of any kind as text. */
  private static String text(Checkpoint checkpoint, String name) {
    try {
      return Arrays.toString(checkpoint.doubles(name));
    } catch (IllegalArgumentException notDoubles) {
      try {
        return Arrays.toString(checkpoint.longs(name));
      } catch (IllegalArgumentException notLongs) {
        return checkpoint.text(name);
      }
    }
  }
}
