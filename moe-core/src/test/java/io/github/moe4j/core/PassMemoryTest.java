package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.MemoryCheck;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** When the scratch memory of a pass is given back, and what is found if it is used after that. */
@ExtendWith(Seeds.class)
class PassMemoryTest {
  private static final int T = 5;
  private static final int D = 4;

  private final Arena arena = new Arena();
  private final INDArray x = normal(10, T, D);
  private final INDArray dy = normal(11, T, D);

  private static INDArray normal(long salt, int rows, int columns) {
    return RandomArrays.normal(DataType.FLOAT, Seeds.random(salt), rows, columns);
  }

  private static GluExperts experts(int number) {
    return GluExperts.create(ExpertOptions.of(number, D, 6), 1);
  }

  private MoeLayer.Builder builder(Arena memory) {
    return MoeLayer.builder(FixedRouter.of(normal(2, 3, D), new int[] {0, 2}), experts(3))
        .arena(memory);
  }

  /** Experts that note the scope they were given, and throw where they are told to. */
  private static final class Failing implements Experts {
    private final Experts inner = PassMemoryTest.experts(1);
    private final boolean inForward;
    private boolean closed;

    Failing(boolean inForward) {
      this.inForward = inForward;
    }

    @Override
    public int experts() {
      return 1;
    }

    @Override
    public int modelWidth() {
      return D;
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      scope.whenClosed(() -> closed = true);
      if (inForward) {
        throw new IllegalStateException("forward fails");
      }
      INDArray y = inner.run(xR, expertStart, mode, scope).y();
      return new ExpertsPass() {
        @Override
        public INDArray y() {
          return y;
        }

        @Override
        public void backward(INDArray dyR, INDArray dxR, Gradients into) {
          throw new IllegalStateException("backward fails");
        }
      };
    }
  }

  private MoeLayer withShared(Failing failing) {
    return builder(arena)
        .sharedExpert(DenseFeedForward.of(failing).withArena(arena))
        .build();
  }

  @Test
  void forward_sharedExpertThrowsAfterTheExpertsRan_allMemoryIsGivenBack() {
    Failing failing = new Failing(true);
    MoeLayer layer = withShared(failing);
    for (TokenBatch input : new TokenBatch[] {TokenBatch.training(x), TokenBatch.evaluation(x)}) {
      failing.closed = false;
      var error = assertThrows(IllegalStateException.class, () -> layer.forward(input));
      assertEquals("forward fails", error.getMessage());
      assertEquals(0, arena.borrowedBytes());
      assertTrue(failing.closed);
    }
    assertTrue(arena.idleBytes() > 0);
  }

  @Test
  void backward_aPartThrows_allMemoryIsGivenBackAndThePassIsOver() {
    Failing failing = new Failing(false);
    MoePass pass = withShared(failing).forward(TokenBatch.training(x));
    assertTrue(arena.borrowedBytes() > 0);
    var error = assertThrows(IllegalStateException.class, () -> pass.backward(dy));
    assertEquals("backward fails", error.getMessage());
    assertEquals(0, arena.borrowedBytes());
    assertTrue(failing.closed);
    assertThrows(IllegalStateException.class, () -> pass.backward(dy));
  }

  @Test
  void close_withoutBackward_memoryOfTheSharedExpertIsGivenBackToo() {
    MoePass pass = builder(new Arena())
        .sharedExpert(DenseFeedForward.of(experts(1)).withArena(arena))
        .build()
        .forward(TokenBatch.training(x));
    assertTrue(arena.borrowedBytes() > 0);
    pass.close();
    assertEquals(0, arena.borrowedBytes());
  }

  @Test
  void close_ofScope_endsPartsInReverseOrder() {
    StringBuilder order = new StringBuilder();
    Arena.Scope scope = arena.open();
    scope.whenClosed(() -> order.append('a'));
    scope.whenClosed(() -> order.append('b'));
    scope.close();
    scope.close();
    assertEquals("ba", order.toString());
    assertThrows(IllegalStateException.class, () -> scope.whenClosed(() -> {}));
  }

  @Test
  void forward_evaluationOrTraining_borrowsOnlyForABackward() {
    MoeLayer layer = builder(arena).build();
    MoePass evaluation = layer.forward(TokenBatch.evaluation(x));
    assertEquals(0, arena.borrowedBytes());
    MoePass training = layer.forward(TokenBatch.training(x));
    assertTrue(arena.borrowedBytes() > 0);
    training.backward(dy);
    assertEquals(0, arena.borrowedBytes());
    assertEquals(T, evaluation.load().tokens());
  }

  @Test
  void forward_trainingPassesForgotten_collectionGivesTheirMemoryBack() throws Exception {
    MoeLayer layer = builder(arena).build();
    for (int i = 0; i < 20; i++) {
      layer.forward(TokenBatch.training(x));
    }
    for (int i = 0; i < 200 && arena.borrowedBytes() > 0; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertEquals(0, arena.borrowedBytes());
    MoePass kept = layer.forward(TokenBatch.training(x));
    System.gc();
    Thread.sleep(50);
    assertTrue(arena.borrowedBytes() > 0, "a pass that is referred to keeps its memory");
    kept.backward(dy);
  }

  /** Expert 0 for every token, without scores and without memory. */
  private record FirstExpert() implements Router {
    @Override
    public int experts() {
      return 3;
    }

    @Override
    public int modelWidth() {
      return D;
    }

    @Override
    public NamedArrays parameters() {
      return NamedArrays.none();
    }

    @Override
    public RouterPass route(TokenBatch input, Arena.Scope scope) {
      int[] token = IntStream.range(0, input.tokens()).toArray();
      double[] weight = new double[token.length];
      Arrays.fill(weight, 0.5);
      RouterDecision decision = RouterDecision.of(
          input,
          Assignments.of(input.tokens(), 3, token, new int[token.length], weight),
          null,
          null);
      return new RouterPass() {
        @Override
        public RouterDecision decision() {
          return decision;
        }

        @Override
        public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
          // Nothing depends on x.
        }
      };
    }
  }

  /**
   * Counted around each pass: a collection lowers the count of some, but a pass that took memory would
   * raise it in others.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 100})
  void forwardAndBackward_intoGivenArrays_noPassTakesAPointer(int tokens) {
    MoeLayer layer =
        MoeLayer.builder(new FirstExpert(), experts(3)).arena(new Arena(false)).build();
    INDArray some = normal(12, tokens, D);
    INDArray y = Nd4j.create(DataType.FLOAT, tokens, D);
    INDArray dx = Nd4j.create(DataType.FLOAT, tokens, D);
    Gradients gradients = layer.parameters().zeroGradients();
    long most = Long.MIN_VALUE;
    for (int i = 0; i < 60; i++) {
      long before = Pointer.totalCount();
      layer.forward(TokenBatch.training(some), y).backward(some, dx, gradients);
      long taken = Pointer.totalCount() - before;
      most = i < 10 ? most : Math.max(most, taken);
    }
    assertTrue(most <= 0, "a pass took " + most + " pointers");
    long before = Pointer.totalCount();
    INDArray kept = Nd4j.create(DataType.FLOAT, 3);
    assertTrue(Pointer.totalCount() > before, "what is counted: " + kept.length());
  }

  @Test
  void checkMemory_inTests_isOn() {
    assertTrue(MemoryCheck.isOn(), "-Dmoe4j.checkMemory=true belongs in the argLine of the tests");
  }

  @Test
  void take_checked_isNanAndRefusedAfterTheScopeByTheNameOfItsPass() {
    Arena.Scope scope = new Arena(true).open("the pass of layer block 3");
    INDArray array = scope.take(DataType.FLOAT, T, D);
    assertTrue(Float.isNaN(array.getFloat(0)));
    array.assign(1);
    scope.close();
    assertTrue(Float.isNaN(array.getFloat(T - 1, D - 1)));
    var error = assertThrows(IllegalArgumentException.class, () -> TokenBatch.evaluation(array));
    assertEquals(
        "x must be usable but its memory was returned by the pass of layer block 3",
        error.getMessage());
    var late = assertThrows(IllegalStateException.class, () -> scope.take(DataType.FLOAT, 2));
    assertEquals("the memory of the pass of layer block 3 was returned", late.getMessage());
  }

  @Test
  void backward_ofExpertsAfterTheirScope_isRefusedByName() {
    Arena.Scope scope = new Arena(true).open("the pass of layer block 3");
    INDArray rows = scope.take(DataType.FLOAT, 2, D);
    rows.assign(1);
    ExpertsPass pass = experts(1).run(rows, new int[] {0, 2}, PassMode.training(), scope);
    INDArray dx = Nd4j.create(DataType.FLOAT, 2, D);
    scope.close();
    var error = assertThrows(
        IllegalArgumentException.class,
        () -> pass.backward(
            Nd4j.ones(DataType.FLOAT, 2, D), dx, experts(1).parameters().zeroGradients()));
    assertEquals(
        "x of the experts must be usable but its memory was returned by the pass of layer block 3",
        error.getMessage());
    assertAllZero("dx", values(dx));
  }

  @Test
  void take_unchecked_sameArrayAgain() {
    Arena unchecked = new Arena(false);
    Arena.Scope first = unchecked.open();
    INDArray array = first.take(DataType.FLOAT, T, D);
    first.close();
    assertSame(array, unchecked.open().take(DataType.FLOAT, T, D));
  }
}
