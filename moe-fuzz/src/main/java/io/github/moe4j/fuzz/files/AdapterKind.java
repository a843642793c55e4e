package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.io.SafetensorsException;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.models.adapter.PeftFiles;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.Lora;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Low-rank adapters of a model, whose own files stay right. */
record AdapterKind(Map<String, byte[]> right, MoeCheckpoint model, Map<MoeBlock, MoeLayer> layers)
    implements FileKind {
  /** After {@link ModelKind#create}, whose folder it reads. */
  static AdapterKind create(Path folder) throws IOException {
    MoeCheckpoint model = MoeCheckpoints.open(folder.resolve("model"));
    MoeBlock block = MoeBlock.decoder(0);
    MoeLayer layer = model.layer(block, DataType.FLOAT);
    Path own = folder.resolve("adapter");
    PeftFiles.save(
        Map.of(block, Lora.adapt(layer, LoraOptions.of(2, 4))),
        model,
        "a/model",
        TensorType.FLOAT32,
        own);
    return new AdapterKind(Folders.contents(own), model, Map.of(block, layer));
  }

  @Override
  public String name() {
    return "adapter";
  }

  @Override
  public void read(Path folder) throws IOException {
    PeftFiles.load(folder, model, layers);
  }

  @Override
  public boolean refuses(Exception e) {
    return Folders.isText(e) || e instanceof LayoutException || e instanceof SafetensorsException;
  }
}
