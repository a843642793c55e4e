package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainOnSparkTest {
  @TempDir
  private Path folder;

  @Test
  void main_twoRanksThenAgainThenOne_eachGoesOnFromTheCheckpoint() {
    assertTrue(printed("2", "60").startsWith("steps 0 to 60 on 2 ranks, loss of rank 0 0."));
    assertTrue(printed("2", "70").startsWith("steps 60 to 70 on 2 ranks, loss of rank 0 0."));
    assertTrue(printed("1", "80").startsWith("steps 70 to 80 on 1 ranks, loss of rank 0 0."));
  }

  private String printed(String ranks, String steps) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      TrainOnSpark.main(new String[] {ranks, folder.resolve("checkpoint").toString(), steps});
    } finally {
      System.setOut(before);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    System.out.print(text);
    return text.lines().reduce((a, b) -> b).orElse("");
  }
}
