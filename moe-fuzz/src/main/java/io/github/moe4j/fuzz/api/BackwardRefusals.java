package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.fuzz.Draw;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Backward passes that must be refused; the pass stays as it was. */
final class BackwardRefusals {
  private final Sequence sequence;
  private final SplittableRandom random;

  BackwardRefusals(Sequence sequence) {
    this.sequence = sequence;
    this.random = sequence.random();
  }

  void run() {
    if (Draw.oneIn(random, 2)) {
      sequence.pass(pass -> !sequence.isOpen(pass)).ifPresent(this::late);
    } else {
      sequence.pass(sequence::isOpen).ifPresent(this::wrongArray);
    }
  }

  /** After the backward, after close, after parameters were changed, or after an evaluation. */
  private void late(OpenPass pass) {
    INDArray dy = sequence.like(pass.input());
    INDArray dx = ones(pass, 0);
    Gradients into = sequence.layer().parameters().zeroGradients();
    refused("a late backward", pass, dy, dx, into);
    if (pass.state() == OpenPass.State.ENDED || !pass.input().hasBackward()) {
      sequence
          .calls()
          .refused(
              "a late loss",
              sequence.snapshot(),
              () -> pass.pass().addBalance(RoutingGradient.none()));
    }
  }

  private void wrongArray(OpenPass pass) {
    INDArray dy = sequence.like(pass.input());
    INDArray dx = ones(pass, 0);
    Gradients into = sequence.layer().parameters().zeroGradients();
    DataType type = sequence.subject().type();
    DataType otherType = type == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT;
    INDArray x = pass.input().x();
    List<Runnable> wrong = List.of(
        () -> refused("a wide dy", pass, ones(pass, 1), dx, into),
        () -> refused("a wide dx", pass, dy, ones(pass, 1), into),
        () -> refused("a dy of another type", pass, ones(pass, 0).castTo(otherType), dx, into),
        () -> refused("a dx of another type", pass, dy, ones(pass, 0).castTo(otherType), into),
        () -> refused("a closed dy", pass, closed(pass), dx, into),
        () -> refused("a closed dx", pass, dy, closed(pass), into),
        () -> {
          if (!x.isEmpty() && pass.pass().y() != x && isContiguous(x)) {
            refused("x as dx", pass, dy, x, into);
          }
        },
        () -> wrongGradients(pass, dy, dx));
    Draw.of(random, wrong).run();
  }

  private void wrongGradients(OpenPass pass, INDArray dy, INDArray dx) {
    NamedArrays parameters = sequence.layer().parameters();
    if (parameters.names().isEmpty()) {
      return;
    }
    String name = Draw.of(random, List.copyOf(parameters.names()));
    Gradients into = parameters.zeroGradients();
    switch (random.nextInt(4)) {
      case 0 ->
        refused("gradients without one", pass, dy, dx, parameters.without(name).zeroGradients());
      case 1 -> {
        into.get(name).close();
        refused("a closed gradient", pass, dy, dx, into);
      }
      case 2 -> refused("parameters as gradients", pass, dy, dx, Gradients.in(parameters));
      default -> {
        NamedArrays.Builder wide = NamedArrays.builder();
        parameters.forEach((n, array) -> wide.add(
            n,
            n.equals(name)
                ? Nd4j.create(array.dataType(), array.length() + 1)
                : Nd4j.create(array.dataType(), array.shape())));
        refused("a gradient of another shape", pass, dy, dx, Gradients.in(wide.build()));
      }
    }
  }

  private void refused(String what, OpenPass pass, INDArray dy, INDArray dx, Gradients into) {
    Snapshot before = sequence
        .snapshot()
        .with("x", pass.input().x())
        .with("y", pass.pass().y())
        .with("dx", dx)
        .with("dy", dy);
    into.forEach((name, array) -> before.with("gradient of " + name, array));
    sequence.calls().refused(what, before, () -> pass.pass().backward(dy, dx, into));
  }

  private static boolean isContiguous(INDArray array) {
    return array.ordering() == 'c' && !array.isView();
  }

  private INDArray ones(OpenPass pass, int wider) {
    int width = sequence.subject().width() + wider;
    int tokens = pass.input().tokens();
    DataType type = sequence.subject().type();
    return tokens == 0 ? Nd4j.create(type, 0, width) : Nd4j.ones(type, tokens, width);
  }

  private INDArray closed(OpenPass pass) {
    INDArray array = Nd4j.create(
        sequence.subject().type(),
        Math.max(1, pass.input().tokens()),
        sequence.subject().width());
    array.close();
    return array;
  }
}
