package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import java.io.IOException;
import org.nd4j.linalg.api.buffer.DataType;

/** Where the experts of a block are while tokens are sent through it. */
enum ExpertsHeld {
  /** In memory, in float32. */
  FLOAT32("float32") {
    @Override
    MoeLayer read(MoeCheckpoint checkpoint, MoeBlock block) throws IOException {
      return checkpoint.layer(block, DataType.FLOAT);
    }
  },
  /** In memory, in the format in which they are stored. */
  PACKED("as stored") {
    @Override
    MoeLayer read(MoeCheckpoint checkpoint, MoeBlock block) throws IOException {
      return checkpoint.packed(block);
    }
  },
  /** In the files. */
  MAPPED("in the file") {
    @Override
    MoeLayer read(MoeCheckpoint checkpoint, MoeBlock block) throws IOException {
      return checkpoint.layer(block, MappedWeights.streamed());
    }
  };

  private final String words;

  ExpertsHeld(String words) {
    this.words = words;
  }

  /** For a report. */
  String words() {
    return words;
  }

  /** The layer, valid until the checkpoint is closed. */
  abstract MoeLayer read(MoeCheckpoint checkpoint, MoeBlock block) throws IOException;
}
