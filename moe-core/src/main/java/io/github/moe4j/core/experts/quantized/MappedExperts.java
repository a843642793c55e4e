package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.FrozenNetwork;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.core.io.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts whose weights stay in the files of a model and are read where they are multiplied, for evaluation: a few rows of
 * a weight at a time become float32 in a cache of the processor. Nothing of an expert is read before it has a row, and
 * nothing is kept but what the operating system keeps of the file, unless {@link MappedWeights} give a budget.
 *
 * <p>Streamed, y has the bits of float32 experts with the same weights where the kernels run, and differs by the rounding
 * of sums with BLAS. With a budget it has those of {@link QuantizedExperts} in its format, whether an expert was in
 * memory or not. A pass over experts that take more than the budget together works on some after others.
 *
 * <p>The files must stay as they are. Before and after each pass those of its experts are looked at: if one was truncated,
 * changed, replaced or deleted since it was opened, the pass throws an {@link UncheckedIOException} that names it.
 * After the files were closed every pass is an {@link IllegalStateException}.
 *
 * <p>No parameters: an optimizer or a checkpoint of the layer does not see these weights. Passes in training or with a
 * backward, even for dx only, are rejected. Several threads may run it at once.
 */
public final class MappedExperts implements Experts, FrozenNetwork {
  private final StoredNetwork network;
  private final List<Set<StoredFile>> files;
  private final MappedWeights options;
  private final @Nullable ExpertCache cache;

  private MappedExperts(HiddenLayer like, List<StoredExpert> experts, MappedWeights options) {
    this.network = StoredNetwork.of(like, experts);
    this.files = experts.stream().map(StoredExpert::files).toList();
    this.options = options;
    WeightFormat format = options.format();
    this.cache =
        format == null ? null : new ExpertCache(options.budget(), expert -> pack(expert, format));
  }

  /**
   * Gated experts.
   *
   * @param like experts of any width whose activation they have, and biases if those do. Not modified, not kept.
   * @param experts where each is stored, all of the same shapes
   * @throws IllegalArgumentException if there are none, or shapes or names do not fit
   */
  public static MappedExperts of(
      GluExperts like, List<StoredExpert> experts, MappedWeights options) {
    return new MappedExperts(like, experts, options);
  }

  /**
   * Plain experts.
   *
   * @param like experts of any width whose activation they have, and biases if those do. Not modified, not kept.
   * @param experts where each is stored, all of the same shapes
   * @throws IllegalArgumentException if there are none, or shapes or names do not fit
   */
  public static MappedExperts of(
      FfnExperts like, List<StoredExpert> experts, MappedWeights options) {
    return new MappedExperts(like, experts, options);
  }

  private QuantizedNetwork pack(int expert, WeightFormat format) {
    QuantizedNetwork packed = QuantizedNetwork.of(
        network.function(), network.names(), network.experts().get(expert), format);
    requireUnchanged(files.get(expert));
    return packed;
  }

  /** What is kept in memory. */
  public MappedWeights options() {
    return options;
  }

  /** Bytes that the experts in memory take now; 0 without a budget. */
  public long bytesInMemory() {
    return cache == null ? 0 : cache.bytes();
  }

  @Override
  public int experts() {
    return network.experts().size();
  }

  @Override
  public int modelWidth() {
    return network.modelWidth();
  }

  @Override
  public DataType dataType() {
    return DataType.FLOAT;
  }

  /** None. */
  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  /**
   * Runs each expert on its rows.
   *
   * @throws UncheckedIOException if a file is not what it was when it was opened
   * @throws IllegalStateException if the files were closed
   */
  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    if (mode.isDifferentiable()) {
      throw new UnsupportedOperationException(
          "mapped experts are for evaluation only but the pass was " + mode);
    }
    PassArrays.requireInputs("the experts", NamedArrays.none(), xR);
    Require.type("xR", xR, DataType.FLOAT);
    Set<StoredFile> used = used(expertStart);
    requireUnchanged(used);
    BlockTimes times = new BlockTimes();
    CacheUses uses = new CacheUses();
    ExpertRows x = new ExpertRows(xR);
    ExpertRows y = new ExpertRows(scope.take(DataType.FLOAT, xR.size(0), modelWidth()));
    try {
      if (cache == null) {
        new StreamedPass(network, x, y, times).run(expertStart, scope);
      } else {
        new CachedPass(cache, options.budget(), x, y, times, uses).run(expertStart, scope);
      }
    } catch (InternalError e) { // how the JVM reports memory behind the end of a mapped file
      requireUnchanged(used);
      throw new UncheckedIOException("weights cannot be read from their file", new IOException(e));
    }
    requireUnchanged(used);
    return new EvaluationPass(y.array(), times, uses.hits(), uses.misses());
  }

  /** For the library's own use. */
  @Override
  public List<FrozenLinear> linears() {
    return IntStream.range(0, network.names().size())
        .<FrozenLinear>mapToObj(number -> new FrozenMapped(this, network, number))
        .toList();
  }

  /** For the library's own use. */
  @Override
  public HiddenFunction hiddenFunction() {
    return network.function();
  }

  /** For the library's own use. */
  @Override
  public double hiddenDropout() {
    return 0;
  }

  /** Writes a weight that products are made with as float32 rows from {@code first} on. */
  void copy(int number, int expert, Rows target, long first) {
    reading(expert, () -> {
      if (cache == null) {
        new FrozenMapped(this, network, number).copyStored(expert, target, first);
      } else {
        cache.get(expert, new CacheUses()).linears().get(number).copy(0, target, first);
      }
      return null;
    });
  }

  /** Reads from the files of an expert, which must be what they were when they were opened. */
  <T extends @Nullable Object> T reading(int expert, Supplier<T> work) {
    requireUnchanged(files.get(expert));
    T result;
    try {
      result = work.get();
    } catch (InternalError e) { // how the JVM reports memory behind the end of a mapped file
      requireUnchanged(files.get(expert));
      throw new UncheckedIOException("weights cannot be read from their file", new IOException(e));
    }
    requireUnchanged(files.get(expert));
    return result;
  }

  private Set<StoredFile> used(int[] start) {
    Set<StoredFile> used = new LinkedHashSet<>();
    for (int e = 0; e + 1 < start.length; e++) {
      if (start[e] < start[e + 1]) {
        used.addAll(files.get(e));
      }
    }
    return used;
  }

  private static void requireUnchanged(Set<StoredFile> files) {
    try {
      for (StoredFile file : files) {
        file.requireUnchanged();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
