package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.training.TrainingLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameClassifierTest {
  @TempDir
  Path folder;

  @Test
  void train_learnsAndResumesBitForBit() throws IOException {
    List<TrainingLoop.Point> whole = new NameClassifier().train(folder.resolve("whole"), 300);
    assertEquals(6, whole.size());
    // chance is 0.1
    assertTrue(whole.get(5).validation() > 0.4, whole.toString());
    Path file = folder.resolve("part");
    new NameClassifier().train(file, 100);
    assertEquals(whole, new NameClassifier().train(file, 300));
  }
}
