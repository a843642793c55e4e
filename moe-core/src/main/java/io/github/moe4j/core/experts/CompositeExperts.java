package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.ExpertsAround;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts of several kinds, such as networks and the zero, copy and constant experts of
 * MoE++ (arXiv 2410.07348). Numbered consecutively: with parts of 4 and 2 experts, expert 5 is
 * the second of the second part.
 *
 * <p>Parameters: those of each part as {@code 0.…}, {@code 1.…} and so on.
 */
public final class CompositeExperts implements Experts, ExpertsAround {
  private final List<Experts> parts;
  private final int[] firstExpert;
  private final NamedArrays parameters;

  private CompositeExperts(List<Experts> parts) {
    Require.that(!parts.isEmpty(), "parts must be at least 1 but were 0");
    this.parts = parts;
    this.firstExpert = new int[parts.size() + 1];
    NamedArrays.Builder builder = NamedArrays.builder();
    for (int p = 0; p < parts.size(); p++) {
      Experts part = parts.get(p);
      Require.that(
          part.modelWidth() == modelWidth(),
          "parts 0 and %d differ in model width: %d != %d",
          p,
          modelWidth(),
          part.modelWidth());
      Require.that(
          part.dataType() == dataType(),
          "parts 0 and %d differ in type: %s != %s",
          p,
          dataType(),
          part.dataType());
      firstExpert[p + 1] = firstExpert[p] + part.experts();
      builder.addAll(Integer.toString(p), part.parameters());
    }
    this.parameters = builder.build();
  }

  /**
   * Experts numbered consecutively.
   *
   * @param parts of one model width and type, at least one. Not modified.
   * @throws IllegalArgumentException if there are no parts, or their widths or types differ
   */
  public static CompositeExperts of(Experts... parts) {
    return new CompositeExperts(List.of(parts));
  }

  /** For the library's own use. */
  @Override
  public Experts around(UnaryOperator<Experts> change) {
    return new CompositeExperts(parts.stream().map(change).toList());
  }

  @Override
  public int experts() {
    return firstExpert[parts.size()];
  }

  @Override
  public int modelWidth() {
    return parts.get(0).modelWidth();
  }

  /** That of the parts, which may hold parameters of another type themselves. */
  @Override
  public DataType dataType() {
    return parts.get(0).dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Whether all parts want them. */
  @Override
  public boolean computesFillers() {
    return parts.stream().allMatch(Experts::computesFillers);
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    PassArrays.requireInputs("the experts", parameters, xR);
    int[] firstRow = new int[firstExpert.length];
    for (int p = 0; p < firstRow.length; p++) {
      firstRow[p] = expertStart[firstExpert[p]];
    }
    List<ExpertsPass> runs = new ArrayList<>();
    for (int p = 0; p < parts.size(); p++) {
      INDArray rows = Gemm.rows(xR, firstRow[p], firstRow[p + 1]);
      runs.add(parts.get(p).run(rows, startsOf(p, expertStart), mode, scope));
    }
    return new Run(parameters, xR, runs, firstRow, scope.take(xR.dataType(), xR.shape()));
  }

  /** First rows of a part's experts, counted from the first row of the part. */
  private int[] startsOf(int part, int[] expertStart) {
    int[] starts = new int[parts.get(part).experts() + 1];
    for (int e = 0; e < starts.length; e++) {
      starts[e] = expertStart[firstExpert[part] + e] - expertStart[firstExpert[part]];
    }
    return starts;
  }

  /** The runs of the parts, each on its block of rows, with their outputs joined. */
  private static final class Run implements ExpertsPass, MoePasses, ExchangeTimed, ExpertsInMemory {
    private final NamedArrays parameters;
    private final INDArray xR;
    private final List<ExpertsPass> runs;
    private final int[] firstRow;
    private final INDArray y;

    Run(NamedArrays parameters, INDArray xR, List<ExpertsPass> runs, int[] firstRow, INDArray y) {
      this.parameters = parameters;
      this.xR = xR;
      this.runs = runs;
      this.firstRow = firstRow;
      this.y = y;
      for (int p = 0; p < runs.size(); p++) {
        if (firstRow[p] < firstRow[p + 1]) {
          block(y, p).assign(runs.get(p).y());
        }
      }
    }

    @Override
    public long exchangeNanos() {
      return runs.stream().mapToLong(ExchangeTimed::nanosOf).sum();
    }

    @Override
    public int hits() {
      return runs.stream().mapToInt(ExpertsInMemory::hitsOf).sum();
    }

    @Override
    public int misses() {
      return runs.stream().mapToInt(ExpertsInMemory::missesOf).sum();
    }

    private INDArray block(INDArray rows, int part) {
      return Gemm.rows(rows, firstRow[part], firstRow[part + 1]);
    }

    @Override
    public INDArray y() {
      return y;
    }

    @Override
    public List<MoePass> moe() {
      return runs.stream().flatMap(run -> MoePasses.in(run).stream()).toList();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      PassArrays.requireBackward("the experts", parameters, xR, dyR, dxR, into);
      for (int p = 0; p < runs.size(); p++) {
        runs.get(p).backward(block(dyR, p), block(dxR, p), into.part(Integer.toString(p)));
      }
    }
  }
}
