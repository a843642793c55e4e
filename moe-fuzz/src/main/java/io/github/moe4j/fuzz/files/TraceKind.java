package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.watch.TraceReader;
import io.github.moe4j.core.watch.TraceWriter;
import io.github.moe4j.core.watch.TracedPass;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Traces of routing. */
record TraceKind(Map<String, byte[]> right) implements FileKind {
  private static final String FILE = "a.trace";
  private static final int HEADER = 14;

  static TraceKind create(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), 2));
    try (TraceWriter writer = TraceWriter.create(file)) {
      for (int i = 0; i < 4; i++) {
        TokenBatch batch = TokenBatch.evaluation(Nd4j.ones(3, 4)).atStep(i);
        boolean[] valid = {true, i % 2 == 0, true};
        try (MoePass pass = layer.forward(batch.withMask(TokenMask.of(valid)))) {
          writer.write(TracedPass.of(pass));
        }
      }
    }
    return new TraceKind(Map.of(FILE, Files.readAllBytes(file)));
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public boolean isChecked() {
    return true;
  }

  /** The sums of the records whose lengths are right. */
  @Override
  public void repair(Map<String, byte[]> files, String damaged) {
    files.computeIfPresent(damaged, (name, bytes) -> repaired(bytes));
  }

  private static byte[] repaired(byte... bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes.clone());
    int at = HEADER;
    while (at + 2 * Integer.BYTES <= bytes.length) {
      long end = at + (long) Integer.BYTES + file.getInt(at);
      if (file.getInt(at) <= 0 || end + Integer.BYTES > bytes.length) {
        break;
      }
      CRC32 sum = new CRC32();
      sum.update(file.array(), at, (int) end - at);
      file.putInt((int) end, (int) sum.getValue());
      at = (int) end + Integer.BYTES;
    }
    return file.array();
  }

  @Override
  public void read(Path folder) throws IOException {
    TraceReader.readAll(folder.resolve(FILE));
  }

  @Override
  public boolean refuses(Exception e) {
    return e.getClass() == IOException.class;
  }
}
