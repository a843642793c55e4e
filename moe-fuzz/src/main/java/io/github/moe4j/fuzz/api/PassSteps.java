package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.fuzz.api.OpenPass.State;
import io.github.moe4j.fuzz.api.RandomInput.Mode;
import io.github.moe4j.testkit.Near;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Passes with right arguments. */
final class PassSteps {
  private final Sequence sequence;
  private final Calls calls;
  private final SplittableRandom random;
  private final LayerCheck check;

  PassSteps(Sequence sequence) {
    this.sequence = sequence;
    this.calls = sequence.calls();
    this.random = sequence.random();
    this.check = new LayerCheck(sequence.subject());
  }

  /** A forward pass; a router may refuse a batch that it is not made for. */
  void forward() {
    forward(RandomInput.draw(random, sequence.subject()));
  }

  void forward(RandomInput input) {
    Snapshot before = sequence.snapshot().with("x", input.x());
    boolean trains = sequence.subject().experts().trains() || !input.hasBackward();
    if (!trains) {
      calls.refused(
          "a pass with backward of frozen experts",
          before,
          () -> sequence.layer().forward(input.batch()));
      return;
    }
    Optional<MoePass> ran = Draw.oneIn(random, 2)
        ? calls.either("forward", before, () -> sequence.layer().forward(input.batch()))
        : calls.either("forward into y", before, () -> forwardInto(input));
    ran.ifPresent(pass -> {
      before.requireUnchanged("forward");
      requireRight(input, pass);
      sequence.add(new OpenPass(input, pass, sequence.changes(), State.OPEN));
    });
  }

  private MoePass forwardInto(RandomInput input) {
    INDArray y = Nd4j.create(
        sequence.subject().type(), input.tokens(), sequence.subject().width());
    if (!y.isEmpty()) {
      y.assign(Double.NaN); // outputs are overwritten, whatever was there
    }
    return sequence.layer().forward(input.batch(), y);
  }

  private void requireRight(RandomInput input, MoePass pass) {
    boolean isNoisy = sequence.subject().experts().noisy() && input.mode() == Mode.TRAINING;
    if (!isNoisy) {
      check.requireOutputs(input, pass.y());
      calls.compared("outputs");
    }
    if (input.mode() != Mode.INFERENCE) {
      check.requireDecision(input, pass);
    }
    if (input.mode() == Mode.EVALUATION || input.mode() == Mode.INFERENCE) {
      Mode other = input.mode() == Mode.EVALUATION ? Mode.INFERENCE : Mode.DIFFERENTIABLE;
      if (other == Mode.INFERENCE || sequence.subject().experts().trains()) {
        try (MoePass same = calls.accepted(
            "the same in mode " + other, () -> sequence.layer().forward(input.batch(other)))) {
          Near.assertSameBits("y in mode " + other, pass.y(), same.y());
        }
      }
    }
  }

  /** A backward, into new arrays or those with numbers in them, with or without frozen parameters. */
  void backward() {
    sequence.pass(sequence::isOpen).ifPresent(open -> {
      INDArray dy = sequence.like(open.input());
      Gradients into = gradients();
      INDArray dx = dx(open, dy);
      if (open.state() == State.BALANCED) {
        calls.accepted("backward", () -> open.pass().backward(dy, dx, into));
      } else {
        requireRight(open, dy, dx, into);
      }
      sequence.replace(open, open.with(State.ENDED));
    });
  }

  private INDArray dx(OpenPass open, INDArray dy) {
    boolean isContiguous = dy.ordering() == 'c' && !dy.isView() && !dy.isEmpty();
    return switch (random.nextInt(4)) {
      case 0 -> isContiguous ? dy : zeros(open.input());
      case 1 -> {
        INDArray given = zeros(open.input());
        yield given.isEmpty() ? given : given.assign(1);
      }
      default -> zeros(open.input());
    };
  }

  private INDArray zeros(RandomInput input) {
    return Nd4j.create(
        sequence.subject().type(), input.tokens(), sequence.subject().width());
  }

  private Gradients gradients() {
    NamedArrays parameters = sequence.layer().parameters();
    List<String> names = new ArrayList<>(parameters.names());
    return names.isEmpty() || Draw.oneIn(random, 2)
        ? parameters.zeroGradients()
        : parameters.zeroGradientsExcept(Draw.of(random, names));
  }

  private void requireRight(OpenPass open, INDArray dy, INDArray dx, Gradients into) {
    Optional<LayerCheck.Expected> expected = check.backward(open.input(), dy);
    INDArray before = dx.dup();
    Snapshot read = sequence.snapshot().with("x", open.input().x());
    if (dx != dy) {
      read.with("dy", dy);
    }
    calls.accepted("backward", () -> open.pass().backward(dy, dx, into));
    read.requireUnchanged("backward");
    if (!dx.isEmpty()) {
      dx.subi(before); // every backward adds
    }
    expected.ifPresent(right -> {
      check.requireBackward(right, dx, into);
      calls.compared("gradients");
    });
  }

  /** Early, late or repeated. */
  void close() {
    sequence.pass(pass -> true).ifPresent(pass -> {
      calls.accepted("close", pass.pass()::close);
      calls.accepted("close again", pass.pass()::close);
      sequence.replace(pass, pass.with(State.ENDED));
    });
  }

  /** What stays readable after a pass, at any time. */
  void read() {
    sequence.pass(pass -> true).ifPresent(pass -> {
      calls.accepted("load", pass.pass()::load);
      calls.accepted("dropped", () -> pass.pass().dropped());
      calls.accepted("text", pass.pass()::toString);
      if (pass.input().mode() == Mode.INFERENCE) {
        calls.refused("the decision of inference", new Snapshot(), pass.pass()::decision);
        calls.refused("the plan of inference", new Snapshot(), pass.pass()::plan);
      } else {
        calls.accepted("decision", pass.pass()::decision);
        calls.accepted("plan", pass.pass()::plan);
      }
    });
  }
}
