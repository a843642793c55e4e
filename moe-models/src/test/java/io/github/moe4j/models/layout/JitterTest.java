package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class JitterTest {
  @Test
  void before_noNoise_isTheGateItself() {
    LinearGate gate = LinearGate.create(2, 3, DataType.FLOAT, 1);
    assertSame(gate, Jitter.before(gate, 0));
    assertInstanceOf(InputJitter.class, Jitter.before(gate, 0.01));
  }
}
