package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.Placement;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A checkpoint of two ranks, loaded by one. */
record RanksKind(Map<String, byte[]> right, Path scratch) implements FileKind {
  private static final String MANIFEST = "manifest.checkpoint";
  private static final int EXPERTS = 3;

  static RanksKind create(Path folder) throws IOException {
    Path own = folder.resolve("ranks");
    Group.threads(2, Duration.ofMinutes(1), group -> {
      Placement placement = Placement.even(EXPERTS, 2);
      INDArray weights = Nd4j.ones(placement.expertsOn(group.rank()).length, 4);
      Checkpoint.Builder state = Checkpoint.builder()
          .tensor("layer.router.weight", Nd4j.ones(3, 2))
          .tensor("layer.experts.weight", weights)
          .longs("random.state", group.rank());
      try {
        checkpoints(group, own, placement).save(7, state);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return group.rank();
    });
    return new RanksKind(Folders.contents(own), folder.resolve(MANIFEST));
  }

  private static RankCheckpoints checkpoints(Group group, Path folder, Placement placement) {
    return RankCheckpoints.builder(group, folder)
        .experts("experts", placement)
        .ofRank("random")
        .model("a layer")
        .build();
  }

  @Override
  public String name() {
    return "ranks";
  }

  @Override
  public boolean isChecked() {
    return true;
  }

  /** Those of the file, and the manifest's of a part. */
  @Override
  public void repair(Map<String, byte[]> files, String damaged) throws IOException {
    files.computeIfPresent(damaged, (name, bytes) -> CheckpointKind.repaired(bytes));
    if (damaged.equals(MANIFEST)) {
      return;
    }
    Files.write(scratch, files.get(MANIFEST));
    Checkpoint before = Checkpoint.load(scratch);
    long[] bytes = before.longs("bytes");
    long[] checksums = before.longs("checksums");
    int rank = damaged.endsWith("rank-0") ? 0 : 1;
    CRC32 sum = new CRC32();
    sum.update(files.get(damaged));
    bytes[rank] = files.get(damaged).length;
    checksums[rank] = sum.getValue();
    Checkpoint.builder()
        .longs("step", before.longs("step"))
        .longs("save", before.longs("save"))
        .text("model", before.text("model"))
        .longs("bytes", bytes)
        .longs("checksums", checksums)
        .longs("experts.experts", EXPERTS)
        .save(scratch);
    files.put(MANIFEST, Files.readAllBytes(scratch));
  }

  @Override
  public void read(Path folder) throws IOException {
    try (Group one = Group.single()) {
      checkpoints(one, folder, Placement.even(EXPERTS, 1)).load();
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof CheckpointException && !(e.getCause() instanceof RuntimeException);
  }
}
