package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SmoothedLossTest {
  @Test
  void add_byHand() {
    SmoothedLoss loss = new SmoothedLoss();
    assertEquals(8, loss.add(8));
    // (0.95 · 8 + 4) / 1.95
    assertEquals(11.6 / 1.95, loss.add(4), 1e-15);
  }

  /** Of alternating values 2 and 4 the average is 3 ± 1/39. */
  @Test
  void add_alternatingBatches_staysNearTheMean() {
    SmoothedLoss loss = new SmoothedLoss();
    double shown = 0;
    for (int i = 0; i < 400; i++) {
      shown = loss.add(i % 2 == 0 ? 2 : 4);
    }
    assertEquals(3, shown, 0.03);
  }
}
