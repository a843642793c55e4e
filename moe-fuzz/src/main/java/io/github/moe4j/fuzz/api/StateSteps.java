package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.training.Adam;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.training.Sgd;
import io.github.moe4j.core.training.UpdateRule;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.factory.Nd4j;

/** Steps of an optimizer, parameters saved and restored, and such that do not fit. */
final class StateSteps {
  private final Sequence sequence;
  private final SplittableRandom random;

  StateSteps(Sequence sequence) {
    this.sequence = sequence;
    this.random = sequence.random();
  }

  void run() {
    NamedArrays parameters = sequence.layer().parameters();
    if (parameters.names().isEmpty()) {
      return;
    }
    switch (random.nextInt(6)) {
      case 0 -> optimizerStep(parameters);
      case 1 -> wrongStep(parameters);
      case 2 -> restored(parameters);
      case 3 -> missing(parameters);
      case 4 -> otherShape(parameters);
      default -> bias();
    }
  }

  private Optimizer optimizer(NamedArrays parameters) {
    UpdateRule rule = Draw.of(random, Sgd.plain(), Adam.usual());
    return Optimizer.of(parameters, rule, 1e-3);
  }

  private void optimizerStep(NamedArrays parameters) {
    Gradients gradients = parameters.zeroGradients();
    gradients.forEach((name, array) ->
        array.assign(RandomArrays.normal(array.dataType(), random, array.shape())));
    Optimizer optimizer = optimizer(parameters);
    sequence.calls().accepted("an optimizer's step", () -> optimizer.step(gradients));
    sequence.parametersChanged();
    Checkpoint.Builder saved = Checkpoint.builder();
    sequence.calls().accepted("an optimizer's state", () -> optimizer.addTo(saved, "optimizer"));
    Checkpoint checkpoint = saved.build();
    sequence
        .calls()
        .accepted("an optimizer restored", () -> optimizer.restore(checkpoint, "optimizer"));
    sequence
        .calls()
        .refused(
            "an optimizer restored from elsewhere",
            sequence.snapshot().with("state", optimizer.state()),
            () -> optimizer.restore(checkpoint, "elsewhere"));
  }

  private void wrongStep(NamedArrays parameters) {
    Optimizer optimizer = optimizer(parameters);
    Gradients gradients = parameters.zeroGradients();
    String name = Draw.of(random, List.copyOf(parameters.names()));
    gradients.get(name).close();
    sequence
        .calls()
        .refused(
            "a step with a closed gradient",
            sequence.snapshot().with("state", optimizer.state()),
            () -> optimizer.step(gradients));
  }

  private void restored(NamedArrays parameters) {
    Checkpoint saved = sequence
        .calls()
        .accepted(
            "saving", () -> Checkpoint.builder().parameters("p", parameters).build());
    Snapshot before = sequence.snapshot();
    if (Draw.oneIn(random, 2)) {
      parameters.forEach((name, array) -> array.addi(1));
    }
    sequence.calls().accepted("restoring", () -> saved.into("p", parameters));
    before.requireUnchanged("restoring");
    sequence.parametersChanged();
  }

  private void missing(NamedArrays parameters) {
    String name = Draw.of(random, List.copyOf(parameters.names()));
    Checkpoint saved =
        Checkpoint.builder().parameters("p", parameters.without(name)).build();
    sequence
        .calls()
        .refused(
            "an incomplete checkpoint", sequence.snapshot(), () -> saved.into("p", parameters));
  }

  private void otherShape(NamedArrays parameters) {
    String wrong = Draw.of(random, List.copyOf(parameters.names()));
    Checkpoint.Builder builder = Checkpoint.builder();
    parameters.forEach((name, array) -> builder.tensor(
        "p." + name,
        name.equals(wrong) ? Nd4j.ones(array.dataType(), array.length() + 1) : array.add(1)));
    Checkpoint saved = builder.build();
    sequence
        .calls()
        .refused(
            "a checkpoint of another shape",
            sequence.snapshot(),
            () -> saved.into("p", parameters));
  }

  private void bias() {
    double[] values = RandomArrays.normal(random, sequence.subject().numberOfExperts());
    double[] before = sequence.subject().bias().values();
    switch (random.nextInt(3)) {
      case 0 ->
        sequence.calls().accepted("a bias", () -> sequence.subject().bias().set(values));
      case 1 -> {
        values[0] = Double.NaN;
        refusedBias(values, before);
      }
      default -> refusedBias(new double[values.length + 1], before);
    }
    sequence.biasChanged();
  }

  private void refusedBias(double[] values, double[] before) {
    sequence
        .calls()
        .refused("a wrong bias", new Snapshot(), () -> sequence.subject().bias().set(values));
    Near.assertSameBits("bias", before, sequence.subject().bias().values());
  }
}
