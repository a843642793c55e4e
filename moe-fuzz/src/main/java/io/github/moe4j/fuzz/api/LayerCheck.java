package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares a pass of a layer with plain loops over the assignments that its router and capacity rule made. */
final class LayerCheck {
  private final RandomLayer subject;

  LayerCheck(RandomLayer subject) {
    this.subject = subject;
  }

  private MoeLayer layer() {
    return subject.layer();
  }

  /** Relative to the largest number: float32 has 24 bits, and at most 8 terms are added up twice. */
  private double tolerance() {
    return subject.type() == DataType.FLOAT ? 1e-4 : 1e-10;
  }

  /**
   * Checks outputs.
   *
   * @param input of the pass
   * @param y outputs [T,D]. Not modified.
   */
  void requireOutputs(RandomInput input, INDArray y) {
    TokenBatch batch = input.batch();
    try (Arena.Scope scope = new Arena().open()) {
      RouterPass routing = layer().router().route(batch, scope);
      CapacityPass kept = layer().capacity().apply(routing.decision(), batch.mode());
      double[][] x = Near.matrix(batch.x());
      double[][] expected = new double[x.length][subject.width()];
      Reference reference = subject.experts().reference().get();
      Assignments all = kept.kept();
      double largest = 1; // of all terms: weights of either sign may cancel
      for (int n = 0; n < all.size() - kept.fillers(); n++) {
        boolean atInput = layer().weightAt() == WeightAt.INPUT;
        double weight = all.weight(n);
        double[] row = times(x[all.token(n)], atInput ? weight : 1);
        double[] output = reference.apply(all.expert(n), row);
        add(expected[all.token(n)], output, atInput ? 1 : weight);
        largest = Math.max(largest, largest(times(output, atInput ? 1 : weight)));
      }
      addShared(x, input, expected);
      requireNear("y", Near.flatten(expected), Near.values(y), largest);
    }
  }

  private void addShared(double[][] x, RandomInput input, double[][] y) {
    if (subject.shared() != null) {
      Reference reference = subject.shared().get();
      for (int t = 0; t < x.length; t++) {
        if (input.mask().valid(t)) {
          add(y[t], reference.apply(0, x[t]), 1);
        }
      }
    }
  }

  /** What a backward must add; the parts of the router are its own, which its contract checks. */
  record Expected(
      double[] dx,
      Gradients router,
      NaiveMoe.Backward experts,
      NaiveMoe.@Nullable Backward shared) {}

  /**
   * The gradients of a pass.
   *
   * @param dy [T,D]. Not modified.
   * @return empty if the experts have no naive backward
   */
  Optional<Expected> backward(RandomInput input, INDArray dy) {
    Optional<NaiveMoe> naive = subject.experts().reference().get().network();
    if (naive.isEmpty()
        || subject.experts().noisy()
        || !subject.experts().smooth() && subject.type() == DataType.FLOAT
        || input.tokens() == 0) {
      return Optional.empty();
    }
    TokenBatch batch = input.batch();
    try (Arena.Scope scope = new Arena().open()) {
      RouterPass routing = layer().router().route(batch, scope);
      CapacityPass kept = layer().capacity().apply(routing.decision(), batch.mode());
      NaiveMoe.Backward experts =
          experts(naive.get(), Near.matrix(batch.x()), withoutFillers(kept), Near.matrix(dy));
      double[] dWeights = Arrays.copyOf(experts.dWeights(), kept.kept().size());
      INDArray dx = Nd4j.create(subject.type(), input.tokens(), subject.width());
      Gradients router = layer().router().parameters().zeroGradients();
      routing.backward(kept.backward(dWeights), dx, router);
      double[] whole = Near.flatten(experts.dx());
      add(whole, Near.values(dx), 1);
      NaiveMoe.Backward shared = shared(input, dy);
      if (shared != null) {
        add(whole, Near.flatten(shared.dx()), 1);
      }
      return Optional.of(new Expected(whole, router, experts, shared));
    }
  }

  private static Assignments withoutFillers(CapacityPass kept) {
    int size = kept.kept().size() - kept.fillers();
    return kept.kept().select(IntStream.range(0, size).toArray());
  }

  /** With weights at the input, each assignment is a token of its own, {@code w·x}, of weight 1. */
  private NaiveMoe.Backward experts(NaiveMoe naive, double[][] x, Assignments all, double[][] dy) {
    if (layer().weightAt() == WeightAt.OUTPUT) {
      return naive.backward(x, all, dy);
    }
    int rows = all.size();
    int[] experts = new int[rows];
    double[][] inputs = new double[rows][];
    double[][] upstream = new double[rows][];
    double[] ones = new double[rows];
    for (int n = 0; n < rows; n++) {
      experts[n] = all.expert(n);
      inputs[n] = times(x[all.token(n)], all.weight(n));
      upstream[n] = dy[all.token(n)];
      ones[n] = 1;
    }
    int[] places = IntStream.range(0, rows).toArray();
    NaiveMoe.Backward ofRows = naive.backward(
        inputs, Assignments.of(rows, all.experts(), places, experts, ones), upstream);
    double[][] dx = new double[x.length][subject.width()];
    double[] dWeights = new double[rows];
    for (int n = 0; n < rows; n++) {
      add(dx[all.token(n)], ofRows.dx()[n], all.weight(n));
      for (int d = 0; d < subject.width(); d++) {
        dWeights[n] += ofRows.dx()[n][d] * x[all.token(n)][d];
      }
    }
    return new NaiveMoe.Backward(dx, dWeights, ofRows.dParameters());
  }

  /** The shared expert is one to which every real token goes with weight 1. */
  private NaiveMoe.@Nullable Backward shared(RandomInput input, INDArray dy) {
    if (subject.shared() == null) {
      return null;
    }
    int[] real = input.mask().validIndices(0, input.tokens());
    double[] ones = new double[real.length];
    Arrays.fill(ones, 1);
    Assignments all = Assignments.of(input.tokens(), 1, real, new int[real.length], ones);
    NaiveMoe network = subject.shared().get().network().orElseThrow();
    return network.backward(Near.matrix(input.x()), all, Near.matrix(dy));
  }

  /** Checks what a backward added to zeros. */
  void requireBackward(Expected expected, INDArray dx, Gradients into) {
    requireNear("dx", expected.dx, Near.values(dx));
    for (String name : into.names()) {
      double[] actual = Near.values(into.get(name));
      if (name.startsWith("experts.")) {
        requireSum(expected.experts, "experts.", name, actual);
      } else if (name.startsWith("shared.") && expected.shared != null) {
        requireSum(expected.shared, "shared.network.", name, actual);
      } else if (name.startsWith("router.")) {
        INDArray own = expected.router.get(name.substring("router.".length()));
        requireNear("gradient of " + name, Near.values(own), actual);
      }
    }
  }

  private void requireSum(NaiveMoe.Backward all, String prefix, String name, double[] actual) {
    double[] sum = all.dParameters().get(name.substring(prefix.length()));
    requireNear("gradient of " + name, sum, actual);
  }

  /** Checks that a pass decided what its router decides. */
  void requireDecision(RandomInput input, MoePass pass) {
    try (Arena.Scope scope = new Arena().open()) {
      RouterPass routing = layer().router().route(input.batch(), scope);
      Decisions.assertSame(routing.decision(), pass.decision(), 0);
    }
  }

  private void requireNear(String name, double[] expected, double[] actual) {
    requireNear(name, expected, actual, 1);
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  private void requireNear(String name, double[] expected, double[] actual, double ofTerms) {
    double largest = Math.max(Math.max(1, ofTerms), largest(expected));
    if (expected.length != actual.length) {
      throw new AssertionError(name + " must have " + expected.length + " numbers");
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(expected[i] - actual[i]) <= tolerance() * largest)) {
        throw new AssertionError(
            "%s[%d] must be %s but was %s".formatted(name, i, expected[i], actual[i]));
      }
    }
  }

  private static double[] times(double[] values, double factor) {
    return Arrays.stream(values).map(v -> v * factor).toArray();
  }

  private static void add(double[] sum, double[] values, double factor) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
  }
}
