package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.nd4j.linalg.factory.Nd4j;

/** Checkpoints of the library. */
record CheckpointKind(Map<String, byte[]> right) implements FileKind {
  private static final String FILE = "a.moe";
  private static final int HEADER = 32;
  private static final int TABLE_BYTES = 16;

  static CheckpointKind create(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    Checkpoint.builder()
        .tensor("layer.weight", Nd4j.ones(3, 4))
        .tensor("layer.bias", Nd4j.zeros(org.nd4j.linalg.api.buffer.DataType.DOUBLE, 5))
        .doubles("moments", 1, 2, 3)
        .longs("step", 7)
        .text("options", "k=2")
        .save(file);
    return new CheckpointKind(Map.of(FILE, Files.readAllBytes(file)));
  }

  @Override
  public String name() {
    return "checkpoint";
  }

  @Override
  public boolean isChecked() {
    return true;
  }

  /** The checksums of header and table; those of the entries stay, since lies about sizes are in the table. */
  @Override
  public void repair(Map<String, byte[]> files, String damaged) {
    files.computeIfPresent(damaged, (name, bytes) -> repaired(bytes));
  }

  /** The same of any checkpoint. */
  static byte[] repaired(byte... bytes) {
    if (bytes.length < HEADER) {
      return bytes;
    }
    ByteBuffer file = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(HEADER - Integer.BYTES, sum(file, 0, HEADER - Integer.BYTES));
    long end = HEADER + (long) file.getInt(TABLE_BYTES) - Integer.BYTES;
    if (end > HEADER && end + Integer.BYTES <= bytes.length) {
      file.putInt((int) end, sum(file, HEADER, (int) end));
    }
    return file.array();
  }

  private static int sum(ByteBuffer bytes, int from, int to) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.array(), from, to - from);
    return (int) sum.getValue();
  }

  @Override
  public void read(Path folder) throws IOException {
    Checkpoint all = Checkpoint.load(folder.resolve(FILE));
    all.names().size();
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof CheckpointException;
  }
}
