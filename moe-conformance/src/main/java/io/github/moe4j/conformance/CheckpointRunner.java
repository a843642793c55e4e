package io.github.moe4j.conformance;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Opens checkpoint folders as a user would and compares them with what was recorded: the outputs of each layer in
 * float64, those of its packed experts and of its experts in the files with float32, single weights exactly, and every file of the folder with what an export of the unchanged layers writes.
 */
final class CheckpointRunner {
  /** Weight of the norm that OpenAI's block of gpt-oss has, beside its residual connection. */
  private static final String NORM = ".norm.scale";

  private static final double NORM_EPSILON = 1e-5;

  /** Of sums in float32 in another order, relative to 1 + the largest value. */
  private static final double PACKED_TOLERANCE = 1e-5;

  private CheckpointRunner() {}

  /**
   * Runs folders one after another.
   *
   * @param stop asked before each; the results are then those so far
   * @param listener receives each result as soon as it is known
   */
  static List<CaseResult> run(
      List<CheckpointFolder> folders, BooleanSupplier stop, Consumer<CaseResult> listener) {
    List<CaseResult> results = new ArrayList<>();
    for (CheckpointFolder folder : folders) {
      if (stop.getAsBoolean()) {
        break;
      }
      CaseResult result = run(folder);
      results.add(result);
      listener.accept(result);
    }
    return results;
  }

  /** Runs a folder. Whatever is wrong with it is its result. */
  static CaseResult run(CheckpointFolder folder) {
    try {
      Optional<String> failure = failure(folder.path());
      return failure
          .map(reason -> CaseResult.fail(folder.name(), reason))
          .orElseGet(() -> CaseResult.pass(folder.name()));
    } catch (DamagedCaseException e) {
      return CaseResult.fail(folder.name(), e.getMessage());
    } catch (IOException e) {
      return CaseResult.fail(folder.name(), "cannot be read: " + e);
    } catch (RuntimeException e) {
      return CaseResult.fail(folder.name(), "the library refused: " + e);
    }
  }

  private static Optional<String> failure(Path folder) throws IOException {
    ExpectedCheckpoint expected;
    try (InputStream in = RegularFile.stream(folder.resolve(CheckpointFolder.EXPECTED))) {
      expected = CaseReader.readCheckpoint(in);
    }
    Map<MoeBlock, MoeLayer> layers = new LinkedHashMap<>();
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      for (ExpectedCheckpoint.Layer layer : expected.layers()) {
        MoeBlock block = block(layer);
        layers.put(block, checkpoint.layer(block, DataType.DOUBLE));
        Optional<String> failure = failure(layer, layers.get(block), normWeight(checkpoint, layer));
        if (failure.isPresent()) {
          return Optional.of("layer " + layer.layer() + ": " + failure.get());
        }
        failure = evaluationFailure(
            checkpoint, block, layer.numbers().input("hidden_states").rows());
        if (failure.isPresent()) {
          return Optional.of("layer " + layer.layer() + ", " + failure.get());
        }
      }
      for (ExpectedCheckpoint.Sample sample : expected.samples()) {
        INDArray tensor = checkpoint.tensor(sample.tensor(), DataType.DOUBLE);
        double found =
            tensor.getDouble(sample.index().stream().mapToLong(Long::longValue).toArray());
        if (Double.compare(found, sample.value()) != 0) {
          return Optional.of(
              "sample " + sample + ": expected " + sample.value() + ", was " + found);
        }
      }
    }
    return exported(folder, layers);
  }

  private static MoeBlock block(ExpectedCheckpoint.Layer layer) {
    return layer.module().matches("(.*\\.)?encoder\\..*")
        ? MoeBlock.encoder(layer.layer())
        : MoeBlock.decoder(layer.layer());
  }

  private static Optional<String> failure(
      ExpectedCheckpoint.Layer expected, MoeLayer layer, double @Nullable [] normWeight) {
    ReferenceCase numbers = expected.numbers();
    Comparison comparison = new Comparison(numbers);
    INDArray x = numbers.input("hidden_states").rows();
    INDArray tokens = normWeight == null ? x : normalized(x, normWeight);
    try (MoePass pass = layer.forward(TokenBatch.evaluation(tokens))) {
      Assignments chosen = pass.decision().assignments();
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", chosen);
      comparison.output("router_scores", scattered(chosen));
      comparison.output("output", normWeight == null ? pass.y() : x.add(pass.y()));
    }
    return comparison.failure();
  }

  /** Packed weights and those in the files give what the same weights give in float32, but for the rounding of sums. */
  private static Optional<String> evaluationFailure(
      MoeCheckpoint checkpoint, MoeBlock block, INDArray x) throws IOException {
    TokenBatch tokens = TokenBatch.evaluation(x.castTo(DataType.FLOAT));
    try (MoePass expected = checkpoint.layer(block, DataType.FLOAT).forward(tokens)) {
      Optional<String> packed = difference("packed", expected, packed(checkpoint, block), tokens);
      return packed.isPresent()
          ? packed
          : difference(
              "mapped", expected, checkpoint.layer(block, MappedWeights.streamed()), tokens);
    }
  }

  private static Optional<String> difference(
      String name, MoePass expected, MoeLayer layer, TokenBatch tokens) {
    try (MoePass pass = layer.forward(tokens)) {
      double most = expected.y().amaxNumber().doubleValue();
      double error = expected.y().sub(pass.y()).amaxNumber().doubleValue();
      return error <= PACKED_TOLERANCE * (1 + most)
          ? Optional.empty()
          : Optional.of("%s: y differs by %s, with values to %s".formatted(name, error, most));
    }
  }

  private static MoeLayer packed(MoeCheckpoint checkpoint, MoeBlock block) throws IOException {
    try {
      return checkpoint.packed(block);
    } catch (LayoutException e) {
      return checkpoint.packed(block, WeightFormat.FLOAT32); // such as FP8 with other blocks
    }
  }

  private static double @Nullable [] normWeight(
      MoeCheckpoint checkpoint, ExpectedCheckpoint.Layer layer) throws IOException {
    String name = layer.module() + NORM;
    return checkpoint.tensorNames().contains(name)
        ? checkpoint.tensor(name, DataType.DOUBLE).toDoubleVector()
        : null;
  }

  /** {@code x · w / √(mean(x²) + ε)} of each token. */
  private static INDArray normalized(INDArray x, double[] weight) {
    double[][] rows = x.toDoubleMatrix();
    for (double[] row : rows) {
      double meanSquare = Arrays.stream(row).map(v -> v * v).average().orElse(0);
      for (int d = 0; d < row.length; d++) {
        row[d] *= weight[d] / Math.sqrt(meanSquare + NORM_EPSILON);
      }
    }
    return Nd4j.createFromArray(rows);
  }

  /** The weights [T·E], 0 where an expert was not chosen. */
  private static double[] scattered(Assignments chosen) {
    double[] all = new double[chosen.tokens() * chosen.experts()];
    for (int n = 0; n < chosen.size(); n++) {
      all[chosen.token(n) * chosen.experts() + chosen.expert(n)] = chosen.weight(n);
    }
    return all;
  }

  private static Optional<String> exported(Path folder, Map<MoeBlock, MoeLayer> layers)
      throws IOException {
    Path temporary = Files.createTempDirectory("moe4j-conformance");
    try {
      Path target = temporary.resolve("exported");
      MoeCheckpoints.export(folder, layers, target);
      List<Path> files;
      try (Stream<Path> all = Files.walk(folder)) {
        files = all.filter(Files::isRegularFile).sorted().toList();
      }
      for (Path file : files) {
        Path copy = target.resolve(folder.relativize(file).toString());
        long at = Files.mismatch(file, copy);
        if (at >= 0) {
          return Optional.of(
              "exported unchanged, %s differs at byte %d".formatted(folder.relativize(file), at));
        }
      }
      return Optional.empty();
    } finally {
      TemporaryFolder.delete(temporary);
    }
  }
}
