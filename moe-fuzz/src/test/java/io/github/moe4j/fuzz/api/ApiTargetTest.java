package io.github.moe4j.fuzz.api;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.fuzz.FuzzFailure;
import io.github.moe4j.fuzz.FuzzOptions;
import io.github.moe4j.fuzz.FuzzReport;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Fuzzer;
import io.github.moe4j.testkit.Seeds;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ApiTargetTest {
  private static FuzzReport run(FuzzTarget target, int calls) {
    return Fuzzer.of(target).run(new FuzzOptions(Seeds.seed(), calls, 600));
  }

  @Test
  void run_library_hasNoFault() {
    FuzzReport report = run(ApiTarget.create(), 700);
    for (String outcome : new String[] {"accepted", "refused", "outputs compared"}) {
      assertTrue(report.tally().outcomes().getOrDefault(outcome, 0L) > 20, report.row());
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void run_plantedFault_isFound(Fault fault) {
    UnaryOperator<Experts> plant = experts -> new Faulty(experts, fault);
    FuzzFailure failure = assertThrows(FuzzFailure.class, () -> run(ApiTarget.over(plant), 20_000));
    assertTrue(
        Pattern.compile(fault.says).matcher(failure.getMessage()).find(), failure.getMessage());
  }

  private enum Fault {
    /** One number of the outputs is wrong in its fourth digit. */
    WRONG_NUMBER("y\\["),
    /** A gradient is set, not added to. */
    WRONG_GRADIENT("gradient of experts\\."),
    /** A check of experts fails by accident. */
    NULL_POINTER("must be refused by a check"),
    /** A parameter is changed by evaluation. */
    CHANGED_PARAMETER("parameter |a caller beside others"),
    /** Outputs depend on what other threads do. */
    SHARED_STATE("a caller beside others");

    private final String says;

    Fault(String says) {
      this.says = says;
    }
  }

  private static final AtomicInteger RUNS = new AtomicInteger();

  /** Experts with one fault. */
  private record Faulty(Experts inner, Fault fault) implements Experts {
    @Override
    public int experts() {
      return inner.experts();
    }

    @Override
    public int modelWidth() {
      return inner.modelWidth();
    }

    @Override
    public DataType dataType() {
      return inner.dataType();
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      int before = RUNS.incrementAndGet();
      ExpertsPass pass = inner.run(xR, expertStart, mode, scope);
      int others = RUNS.get() - before;
      if (xR.isEmpty()) {
        return pass;
      }
      switch (fault) {
        case WRONG_NUMBER -> pass.y().putScalar(0, pass.y().getDouble(0) + 0.01);
        case SHARED_STATE -> pass.y().putScalar(0, pass.y().getDouble(0) + others);
        case NULL_POINTER -> {
          if (mode.step() == 2) {
            throw new NullPointerException("planted");
          }
        }
        case CHANGED_PARAMETER ->
          parameters().names().stream()
              .limit(mode.isTraining() ? 0 : 1)
              .map(parameters()::get)
              .forEach(array -> array.putScalar(0, array.getDouble(0) + 1));
        default -> {
          return new Halved(pass);
        }
      }
      return pass;
    }
  }

  /** Adds half of the gradients of parameters. */
  private record Halved(ExpertsPass pass) implements ExpertsPass {
    @Override
    public INDArray y() {
      return pass.y();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      pass.backward(dyR, dxR, into);
      into.forEach((name, array) -> array.muli(0.5));
    }
  }
}
