package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The contract fails for a router that breaks it or is said to be what it is not. */
class RouterContractTest {
  /** The contract of {@link FixedRouter}, which keeps it. */
  private static class OfFixedRouter extends RouterContract {
    @Override
    protected Router router(INDArray weight, int choices) {
      return FixedRouter.of(weight, new int[] {1, 3}, new int[] {0, 2});
    }

    @Override
    protected int[] choices(int experts) {
      return new int[] {2};
    }

    @Override
    protected boolean choosesLargestScores() {
      return false;
    }

    @Override
    protected boolean readsTokenOrder() {
      return true;
    }
  }

  /** Routes as if tokens and weights that are NaN or infinite were 0. */
  private record HidingRouter(INDArray weight, Router router) implements Router {
    @Override
    public int experts() {
      return router.experts();
    }

    @Override
    public int modelWidth() {
      return router.modelWidth();
    }

    @Override
    public NamedArrays parameters() {
      return router.parameters();
    }

    @Override
    public RouterPass route(TokenBatch input, Arena.Scope scope) {
      return FixedRouter.of(finite(weight), new int[] {1, 3}, new int[] {0, 2})
          .route(TokenBatch.evaluation(finite(input.x())).withMask(input.mask()));
    }

    private static INDArray finite(INDArray array) {
      double[] values = Near.values(array);
      Arrays.setAll(values, i -> Double.isFinite(values[i]) ? values[i] : 0);
      return RandomArrays.of(array.dataType(), values, array.shape());
    }
  }

  @Test
  void route_routerThatHidesNaN_fails() {
    RouterContract hiding = new OfFixedRouter() {
      @Override
      protected Router router(INDArray weight, int choices) {
        return new HidingRouter(weight, super.router(weight, choices));
      }
    };
    requireFails(List.of(
        hiding::route_weightNotFinite_namesTokenAndExpert, hiding::route_tokenNotFinite_isNamed));
  }

  @Test
  void traits_notWhatTheRouterIs_fail() {
    RouterContract wrong = new OfFixedRouter() {
      @Override
      protected boolean choosesLargestScores() {
        return true;
      }

      @Override
      protected boolean readsLaterTokens() {
        return true;
      }

      @Override
      protected int leastExperts() {
        return 5;
      }

      @Override
      protected boolean readsTokens() {
        return false;
      }
    };
    RouterContract estimate = new OfFixedRouter() {
      @Override
      protected boolean isDerivative() {
        return false;
      }
    };
    requireFails(List.of(
        wrong::route_randomTokens_choosesLargestScoresOnlyIfSaid,
        wrong::route_oneToken_sameAsBeforeOthersIfSaid,
        wrong::route_fewestExperts_takeAllAndFewerAreRefused,
        wrong::backward_weightsLogitsProbabilities_matchDifferencesIfSaid,
        estimate::backward_weightsLogitsProbabilities_matchDifferencesIfSaid));
  }

  @Test
  void readsTokens_falselyDenied_notFiniteIsFound() {
    RouterContract wrong = new OfFixedRouter() {
      @Override
      protected boolean readsTokens() {
        return false;
      }
    };
    assertThrows(IllegalArgumentException.class, wrong::route_weightNotFinite_namesTokenAndExpert);
    assertThrows(IllegalArgumentException.class, wrong::route_tokenNotFinite_isNamed);
  }

  private static void requireFails(List<Executable> tests) {
    for (int i = 0; i < tests.size(); i++) {
      assertThrows(AssertionError.class, tests.get(i), "test " + i);
    }
  }
}
