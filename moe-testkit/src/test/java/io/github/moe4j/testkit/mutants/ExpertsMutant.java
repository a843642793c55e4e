package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link ExampleExperts} with one defect each, the check that must find it, and a part of its message. */
enum ExpertsMutant {
  NEIGHBOURS_ROW(
      "run_eachExpert_seesItsOwnRowsAlone",
      "must be",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        int expert(int[] expertStart, int row) {
          return row == 0 ? experts() - 1 : super.expert(expertStart, row - 1);
        }
      }),
  WIDTH_WRONG(
      "experts_sizes_areThoseAsked",
      "expected: <4>",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        public int modelWidth() {
          return w + 1;
        }
      }),
  TYPE_IGNORED(
      "experts_sizes_areThoseAsked",
      "expected: <FLOAT>",
      (e, w, type, seed) -> new ExampleExperts(e, w, DataType.DOUBLE, seed)),
  SEED_IGNORED(
      "create_sameSeed_sameBits",
      "must be exactly",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, new SplittableRandom().nextLong())),
  PARAMETER_WITHOUT_GRADIENT(
      "backward_rowsAndParameters_matchDifferences",
      "gradient of scale",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          return new Pass(x, y, expertStart, noise) {
            @Override
            void addToScale(Gradients into, int expert, int d, double value) {}
          };
        }
      }),
  ROW_GRADIENT_OF_WRONG_SIGN(
      "backward_rowsAndParameters_matchDifferences",
      "gradient of xR",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          return new Pass(x, y, expertStart, noise) {
            @Override
            void addToRow(INDArray dxR, int r, int d, double value) {
              super.addToRow(dxR, r, d, -value);
            }
          };
        }
      }),
  NOISE_NOT_DIFFERENTIATED(
      "backward_rowsAndParameters_matchDifferences",
      "differences give",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          double[] none = new double[noise.length];
          Arrays.fill(none, 1);
          return super.pass(x, y, expertStart, none);
        }
      }),
  GRADIENT_OVERWRITTEN(
      "backward_adds_toWhatIsThere",
      "scale[",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          return new Pass(x, y, expertStart, noise) {
            @Override
            public void backward(INDArray dyR, INDArray dxR, Gradients into) {
              into.zero();
              super.backward(dyR, dxR, into);
            }
          };
        }
      }),
  GENERATOR_OF_ITS_OWN(
      "run_sameSeed_sameBits",
      "must be exactly",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        private final SplittableRandom own = new SplittableRandom(1);

        @Override
        double[] noise(PassMode mode) {
          return super.noise(mode.isTraining() ? PassMode.training(own) : mode);
        }
      }),
  NAN_BECOMES_ZERO(
      "run_rowOfNaN_staysInItsRow",
      "must be NaN",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        double output(double x, double scale) {
          return Double.isNaN(x) ? 0 : super.output(x, scale);
        }
      }),
  NAN_REACHES_OTHER_ROWS(
      "run_rowOfNaN_staysInItsRow",
      "row",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        public ExpertsPass run(INDArray xR, int[] start, PassMode mode, Arena.Scope scope) {
          ExpertsPass run = super.run(xR, start, mode, scope);
          if (xR.size(0) > 0 && Double.isNaN(xR.sumNumber().doubleValue())) {
            run.y().assign(Double.NaN);
          }
          return run;
        }
      }),
  INPUT_MODIFIED(
      "run_anyLoad_shapesFitAndNothingIsModified",
      "xR[",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        public ExpertsPass run(INDArray xR, int[] start, PassMode mode, Arena.Scope scope) {
          ExpertsPass run = super.run(xR, start, mode, scope);
          if (xR.size(0) > 0) {
            xR.muli(2);
          }
          return run;
        }
      }),
  OUTPUT_CHANGED_BY_BACKWARD(
      "run_anyLoad_shapesFitAndNothingIsModified",
      "y after backward",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          return new Pass(x, y, expertStart, noise) {
            @Override
            void addToRow(INDArray dxR, int r, int d, double value) {
              y.putScalar(r, d, value);
              super.addToRow(dxR, r, d, value);
            }
          };
        }
      }),
  GRADIENT_WITHOUT_ROWS(
      "backward_expertWithoutRows_getsNoGradient",
      "scale[",
      (e, w, type, seed) -> new ExampleExperts(e, w, type, seed) {
        @Override
        ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
          return new Pass(x, y, expertStart, noise) {
            @Override
            public void backward(INDArray dyR, INDArray dxR, Gradients into) {
              super.backward(dyR, dxR, into);
              addToScale(into, 1, 0, 1e-3 * scale.getDouble(1, 0)); // such as weight decay
            }
          };
        }
      });

  final String check;
  final String message;
  private final Factory factory;

  ExpertsMutant(String check, String message, Factory factory) {
    this.check = check;
    this.message = message;
    this.factory = factory;
  }

  /** Makes experts of given sizes. */
  interface Factory {
    ExampleExperts create(int experts, int width, DataType type, long seed);
  }

  ExampleExperts experts(int experts, int width, DataType type, long seed) {
    return factory.create(experts, width, type, seed);
  }
}
