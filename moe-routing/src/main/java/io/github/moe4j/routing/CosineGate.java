package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The cosine gate: the cosines between a low-dimensional projection of a token and a vector for each
 * expert, divided by a learned temperature (X-MoE, Chi et al. 2022, arXiv 2204.09179; Tutel {@code
 * CosineTopKGate}).
 *
 * <p>{@code z = x·projector.weightᵀ + projector.bias}, {@code logits = cos(z, similarity column)·
 * exp(min(temperature, ln 100))}; norms below 1e-12 count as 1e-12, without gradient, and so does the
 * temperature above ln 100. {@code temperature} is therefore the logarithm of the paper's 1/τ. As
 * in Tutel, and unlike the paper, the projection has a bias.
 *
 * <p>Like {@link LinearGate} it takes float32 tokens in float64. A projection that is not finite is
 * reported as a score of its index.
 *
 * <p>Parameters: {@code projector.weight} [P,D], {@code projector.bias} [P], {@code similarity} [P,E]
 * and {@code temperature} [1], with P the width of the projection.
 */
public final class CosineGate implements Gate {
  /** Tutel's start: exp of it is 1/0.5. */
  private static final double INITIAL_TEMPERATURE = StrictMath.log(2);

  private static final double LARGEST_TEMPERATURE = StrictMath.log(100);
  private static final int GRAIN_ELEMENTS = 16_384;

  private final LinearGate projector;
  private final INDArray similarity;
  private final INDArray temperature;
  private final NamedArrays parameters;

  private CosineGate(LinearGate projector, INDArray similarity, INDArray temperature) {
    INDArray weight = projector.parameters().get("weight");
    Require.shape("similarity", similarity, weight.size(0), -1);
    Require.type("similarity", similarity, weight.dataType());
    Require.shape("temperature", temperature, 1);
    Require.type("temperature", temperature, weight.dataType());
    this.projector = projector;
    this.similarity = similarity;
    this.temperature = temperature;
    this.parameters = NamedArrays.builder()
        .addAll("projector", projector.parameters())
        .add("similarity", similarity)
        .add("temperature", temperature)
        .build();
  }

  /**
   * A gate over existing arrays of one type, which become the live parameters.
   *
   * @param weight of the projector [P,D], contiguous
   * @param bias of the projector [P]
   * @param similarity [P,E], contiguous
   * @param temperature [1], the logarithm of the factor on the cosines
   * @throws IllegalArgumentException if shapes or types do not match
   */
  public static CosineGate of(
      INDArray weight, INDArray bias, INDArray similarity, INDArray temperature) {
    return new CosineGate(LinearGate.of(weight, bias), similarity, temperature);
  }

  /**
   * A new gate, initialized as in Tutel: projector uniform in ±1/√D, similarity normal with standard
   * deviation 0.01, temperature ln 2. The same seed gives the same bits.
   *
   * @param projection width P; 256 in Tutel, E/2 in the paper
   * @throws IllegalArgumentException if a size is not positive
   */
  public static CosineGate create(
      int experts, int modelWidth, int projection, DataType type, long seed) {
    NamedArrays drawn =
        ParameterSpec.create(parameterSpecs(experts, modelWidth, projection), type, seed);
    return of(drawn::get);
  }

  /**
   * A gate over existing arrays, named as in {@link #parameterSpecs}, which become the live
   * parameters.
   */
  public static CosineGate of(Function<String, INDArray> arrays) {
    return of(
        arrays.apply("projector.weight"),
        arrays.apply("projector.bias"),
        arrays.apply("similarity"),
        arrays.apply("temperature"));
  }

  /**
   * The parameters in order, initialized as in Tutel.
   *
   * @param projection width P
   * @throws IllegalArgumentException if a size is not positive
   */
  public static Map<String, ParameterSpec> parameterSpecs(
      int experts, int modelWidth, int projection) {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Require.positive("projection", projection);
    Initializer uniform = Initializer.kaimingUniform();
    // PyTorch draws the bias of a linear layer from the range of its weight
    Initializer likeWeight = (in, out, random) -> uniform.draw(modelWidth, out, random);
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    all.put("projector.weight", ParameterSpec.weight(uniform, projection, modelWidth));
    all.put("projector.bias", ParameterSpec.bias(likeWeight, projection));
    all.put("similarity", ParameterSpec.weight(Initializer.normal(0.01), projection, experts));
    all.put("temperature", ParameterSpec.constant(INITIAL_TEMPERATURE, 1));
    return all;
  }

  @Override
  public int experts() {
    return Math.toIntExact(similarity.size(1));
  }

  @Override
  public int modelWidth() {
    return projector.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public GatePass score(TokenBatch input, Arena.Scope scope) {
    PassArrays.requireInputs("the gate", parameters, input.x());
    return new Run(input, projector.score(input, scope));
  }

  private double[] transposedSimilarity() {
    int width = projector.experts();
    Rows rows = Rows.of(similarity);
    double[] row = new double[experts()];
    double[] columns = new double[experts() * width];
    for (int p = 0; p < width; p++) {
      rows.read(p, row);
      for (int e = 0; e < row.length; e++) {
        columns[e * width + p] = row[e];
      }
    }
    return columns;
  }

  /** The scores of one pass. */
  private final class Run implements GatePass {
    private final INDArray x;
    private final int tokens;
    private final int width = projector.experts();
    private final GatePass projected;

    /** Rows z/|z| [T,P], zero for padding. */
    private final UnitRows units;

    /** Rows of the similarity's columns, of length 1 [E,P]. */
    private final UnitRows columns;

    private final double unclampedTemperature;
    private final double factor;
    private final Logits logits;

    Run(TokenBatch input, GatePass projected) {
      TokenMask mask = input.mask();
      this.x = input.x();
      this.tokens = mask.tokens();
      this.projected = projected;
      double[] z = projected.logits().toArray();
      for (int t = 0; t < tokens; t++) {
        if (!mask.valid(t)) {
          Arrays.fill(z, t * width, (t + 1) * width, 0);
        }
      }
      this.units = UnitRows.of(z, width);
      this.columns = UnitRows.of(transposedSimilarity(), width);
      this.unclampedTemperature = temperature.getDouble(0);
      this.factor = Exp.exp(Math.min(unclampedTemperature, LARGEST_TEMPERATURE));
      this.logits = Logits.wrap(products(), experts(), mask);
    }

    private double[] products() {
      int experts = experts();
      double[] result = new double[TokenScores.size(tokens, experts)];
      Parallel.ranges(tokens, 1 + GRAIN_ELEMENTS / (width * experts), (from, to) -> {
        for (int t = from; t < to; t++) {
          for (int e = 0; e < experts; e++) {
            result[t * experts + e] = factor * units.dot(t, columns, e);
          }
        }
      });
      return result;
    }

    @Override
    public Logits logits() {
      return logits;
    }

    @Override
    public void backward(double[] dLogits, INDArray dx, Gradients into) {
      int experts = experts();
      Require.length("dLogits", dLogits, tokens * experts);
      PassArrays.requireBackward("the gate", parameters, x, dx, into);
      double[] dUnits = new double[tokens * width];
      double[] dColumns = new double[experts * width];
      double dTemperature = 0;
      for (int i = 0; i < dLogits.length; i++) {
        double dCosine = factor * dLogits[i];
        // zero for padding, whose logits may be anything
        if (dCosine != 0) {
          columns.addRow(i % experts, dCosine, dUnits, i / experts);
          units.addRow(i / experts, dCosine, dColumns, i % experts);
          dTemperature += dLogits[i] * logits.get(i / experts, i % experts);
        }
      }
      projected.backward(units.backward(dUnits), dx, into.part("projector"));
      double[] dSimilarity = columns.backward(dColumns);
      into.ifPresent("similarity", target -> addTransposed(dSimilarity, target));
      if (unclampedTemperature <= LARGEST_TEMPERATURE) {
        double sum = dTemperature;
        into.ifPresent("temperature", target -> target.putScalar(0, target.getDouble(0) + sum));
      }
    }

    private void addTransposed(double[] dColumns, INDArray target) {
      Rows rows = Rows.of(target);
      double[] row = new double[experts()];
      for (int p = 0; p < width; p++) {
        rows.read(p, row);
        for (int e = 0; e < row.length; e++) {
          row[e] += dColumns[e * width + p];
        }
        rows.write(p, row);
      }
    }
  }
}
