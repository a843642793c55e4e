package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Experts and passes around others say what those say. */
class AroundTest {
  /** Experts that only have properties. */
  private record Inner(boolean computesFillers, NamedArrays parameters) implements Experts {
    @Override
    public int experts() {
      return 3;
    }

    @Override
    public int modelWidth() {
      return 5;
    }

    @Override
    public DataType dataType() {
      return DataType.FLOAT;
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      throw new UnsupportedOperationException();
    }
  }

  private record Outer(Experts inner) implements DelegatingExperts {
    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      throw new UnsupportedOperationException();
    }
  }

  /** A pass that only reports. */
  private record InnerPass(List<MoePass> moe)
      implements ExpertsPass, MoePasses, ActivationTimed, ExchangeTimed, ExpertsInMemory {
    @Override
    public double activationShare() {
      return 0.25;
    }

    @Override
    public long exchangeNanos() {
      return 11;
    }

    @Override
    public int hits() {
      return 2;
    }

    @Override
    public int misses() {
      return 7;
    }

    @Override
    public INDArray y() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      throw new UnsupportedOperationException();
    }
  }

  private record OuterPass(ExpertsPass run) implements PassAround {
    @Override
    public INDArray y() {
      return run.y();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      run.backward(dyR, dxR, into);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void properties_ofExpertsAround_thoseWithin(boolean computesFillers) {
    NamedArrays parameters = NamedArrays.none();
    Experts outer = new Outer(new Inner(computesFillers, parameters));
    assertEquals(3, outer.experts());
    assertEquals(5, outer.modelWidth());
    assertEquals(DataType.FLOAT, outer.dataType());
    assertSame(parameters, outer.parameters());
    assertEquals(computesFillers, outer.computesFillers());
  }

  @Test
  void reports_ofAPassAround_thoseWithin() {
    List<MoePass> moe = new ArrayList<>();
    PassAround outer = new OuterPass(new InnerPass(moe));
    assertSame(moe, outer.moe());
    assertEquals(0.25, outer.activationShare());
    assertEquals(11, outer.exchangeNanos());
    assertEquals(2, outer.hits());
    assertEquals(7, outer.misses());
  }
}
