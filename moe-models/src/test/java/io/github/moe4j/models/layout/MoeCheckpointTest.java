package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class MoeCheckpointTest {
  private static String error(MemoryTensors tensors) {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors);
    return assertThrows(LayoutException.class, () -> checkpoint.layer(0)).getMessage();
  }

  @Test
  void layer_afterExport_hasTheParametersThatWereWritten() throws IOException {
    MoeLayer before = SmallMixtral.layer();
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, SmallMixtral.tensors());
    MoeLayer after = checkpoint.layer(0);
    assertEquals("mixtral", checkpoint.layout());
    assertEquals("decoder layer 0", after.name());
    assertEquals(before.parameters().names(), after.parameters().names());
    before
        .parameters()
        .forEach((name, array) -> assertArrayEquals(
            array.data().asFloat(), after.parameters().get(name).data().asFloat(), name));
  }

  @Test
  void export_ofCheckpoint_keepsTheTypeOfEachTensor() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    String router = "model.layers.0.block_sparse_moe.gate.weight";
    tensors.remove(router);
    tensors.put(router, Nd4j.ones(DataType.FLOAT, 3, 4), TensorType.BFLOAT16);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors);
    MemoryTensors again = new MemoryTensors();
    checkpoint.export(checkpoint.layer(0), SmallMixtral.BLOCK, again);
    assertEquals(TensorType.BFLOAT16, again.type(router));
    assertEquals(TensorType.FLOAT32, again.type(SmallMixtral.EXPERTS + "2.w2.weight"));
  }

  @Test
  void layer_changed_leavesTheSourceAlone() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors);
    checkpoint.layer(0).parameters().forEach((name, array) -> array.assign(7));
    assertArrayEquals(
        SmallMixtral.layer().parameters().get("router.weight").data().asFloat(),
        checkpoint.layer(0).parameters().get("router.weight").data().asFloat());
  }

  @Test
  void layer_missingTensor_namesIt() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    tensors.remove(SmallMixtral.EXPERTS + "1.w3.weight");
    assertEquals(
        "tensor model.layers.0.block_sparse_moe.experts.1.w3.weight of"
            + " shape [5, 4] is missing",
        error(tensors));
  }

  @Test
  void layer_noTensors_namesTheFirst() {
    assertEquals(
        "tensor model.layers.0.block_sparse_moe.gate.weight of" + " shape [3, 4] is missing",
        error(new MemoryTensors()));
  }

  @Test
  void layer_wrongShape_givesBoth() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    String name = SmallMixtral.EXPERTS + "0.w2.weight";
    tensors.remove(name);
    tensors.put(name, Nd4j.zeros(DataType.FLOAT, 5, 4), TensorType.FLOAT32);
    assertEquals("tensor " + name + " must be [4, 5] but is [5, 4]", error(tensors));
  }

  @Test
  void layer_notSparse_listsTheSparseOnes() throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, SmallMixtral.tensors());
    assertEquals(List.of(SmallMixtral.BLOCK), checkpoint.blocks());
    assertEquals(
        "block must be one of [decoder layer 0] but was decoder layer 1",
        assertThrows(LayoutException.class, () -> checkpoint.layer(1)).getMessage());
  }

  @Test
  void export_parameterWithoutPlace_namesIt() {
    MoeLayer biased = MoeLayer.of(
        GatedRouter.of(
            LinearGate.of(Nd4j.ones(DataType.FLOAT, 3, 4), Nd4j.ones(DataType.FLOAT, 3)),
            TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), 2));
    assertEquals(
        "the layout mixtral has no tensors for the parameters [router.bias]",
        exportError(biased, SmallMixtral.CONFIG));
  }

  @Test
  void export_parameterMissing_namesIt() {
    String config = SmallMixtral.CONFIG.replace("mixtral", "gpt_oss");
    assertEquals(
        "the layer must have a parameter router.bias but lacks it",
        exportError(SmallMixtral.layer(), config));
  }

  @Test
  void export_otherSizes_namesTheParameter() {
    String config =
        SmallMixtral.CONFIG.replace("\"num_local_experts\": 3", "\"num_local_experts\": 4");
    assertEquals(
        "parameter router.weight must be [4, 4] but is [3, 4]",
        exportError(SmallMixtral.layer(), config));
  }

  private static String exportError(MoeLayer layer, String config) {
    return assertThrows(
            LayoutException.class,
            () -> MoeCheckpoints.export(
                layer, config, SmallMixtral.BLOCK, new MemoryTensors(), TensorType.FLOAT32))
        .getMessage();
  }
}
