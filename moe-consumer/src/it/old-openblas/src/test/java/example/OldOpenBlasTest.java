package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class OldOpenBlasTest {
  private static final Logger LOGGER = Logger.getLogger("io.github.moe4j.core");

  @Test
  void passes_withTheOpenBlasOfNd4j_oneWarningAndTheRightSum() {
    List<LogRecord> records = new ArrayList<>();
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord entry) {
        records.add(entry);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    LOGGER.addHandler(handler);
    try {
      for (int i = 0; i < 2; i++) {
        pass();
      }
    } finally {
      LOGGER.removeHandler(handler);
    }
    assertEquals(1, records.size());
    assertEquals(Level.WARNING, records.get(0).getLevel());
    String message = records.get(0).getMessage();
    assertTrue(message.startsWith("OpenBLAS 0.3.19 is old"), message);
    assertTrue(message.contains("moe-bom"), message);
  }

  private static void pass() {
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(4, 64, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(4, 64, 128), 2));
    try (MoePass pass = layer.forward(TokenBatch.training(Nd4j.ones(DataType.FLOAT, 40, 64)))) {
      double expected = 40 * pass.y().getRow(0).sumNumber().doubleValue(); // all tokens are equal
      assertEquals(expected, pass.y().sumNumber().doubleValue(), 1e-3);
      pass.backward(pass.y().dup());
    }
  }
}
