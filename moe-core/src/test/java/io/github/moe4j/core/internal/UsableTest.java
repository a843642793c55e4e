package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class UsableTest {
  private static final String CLOSED = "it, or the array of which it is a view, was closed";
  private static final String LEFT = "its workspace was closed";

  private static INDArray zeros() {
    return Nd4j.zeros(DataType.FLOAT, 4, 3);
  }

  private static INDArray rows(INDArray array) {
    return array.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all());
  }

  private static MemoryWorkspace enter(ResetPolicy policy) {
    WorkspaceConfiguration workspace = WorkspaceConfiguration.builder()
        .initialSize(1 << 16)
        .overallocationLimit(1) // for one that is not emptied
        .policyReset(policy)
        .build();
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(workspace, "USABLE_" + policy);
  }

  @Test
  void fault_openAndClosed_toldApart() {
    INDArray array = zeros();
    INDArray view = rows(array);
    assertNull(Usable.fault(array));
    assertNull(Usable.fault(view));
    array.close();
    assertEquals(CLOSED, Usable.fault(array));
    assertEquals(CLOSED, Usable.fault(view));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fault_workspaceEmptiedWhenLeft_ofItsScopeAlone(boolean view) {
    INDArray array;
    try (MemoryWorkspace first = enter(ResetPolicy.BLOCK_LEFT)) {
      array = view ? rows(zeros()) : zeros();
      assertTrue(array.isAttached());
      assertNull(Usable.fault(array));
      assertEquals(first, Nd4j.getMemoryManager().getCurrentWorkspace());
    }
    assertEquals(LEFT, Usable.fault(array));
    try (MemoryWorkspace again = enter(ResetPolicy.BLOCK_LEFT)) {
      assertTrue(again.isScopeActive());
      assertEquals(LEFT, Usable.fault(array));
    }
  }

  @Test
  void fault_workspaceThatKeepsItsArrays_inEveryScope() {
    INDArray array;
    try (MemoryWorkspace first = enter(ResetPolicy.ENDOFBUFFER_REACHED)) {
      array = zeros();
      assertTrue(first.isScopeActive());
      assertNull(Usable.fault(array));
    }
    assertEquals(LEFT, Usable.fault(array));
    try (MemoryWorkspace again = enter(ResetPolicy.ENDOFBUFFER_REACHED)) {
      assertTrue(again.isScopeActive());
      assertNull(Usable.fault(array));
    }
  }

  @Test
  void fault_viewMadeInAWorkspaceOfAnArrayOutside_none() {
    INDArray outside = zeros();
    INDArray view;
    INDArray shaped;
    try (MemoryWorkspace scope = enter(ResetPolicy.BLOCK_LEFT)) {
      view = rows(outside);
      shaped = outside.reshape(12);
      assertTrue(scope.isScopeActive());
      assertNull(Usable.fault(view));
      assertNull(Usable.fault(shaped));
    }
    assertNull(Usable.fault(view));
    assertNull(Usable.fault(shaped));
  }

  @Test
  void fault_memoryOfAPassThatWasGivenBack_namesThePass() {
    assumeTrue(MemoryCheck.isOn(), "memory is not checked");
    INDArray array = zeros();
    INDArray other = zeros();
    MemoryCheck.giveBack(array, "layer moe");
    assertEquals("its memory was returned by layer moe", Usable.fault(array));
    assertNull(Usable.fault(other));
  }
}
