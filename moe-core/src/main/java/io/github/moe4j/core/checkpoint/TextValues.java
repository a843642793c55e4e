package io.github.moe4j.core.checkpoint;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes of a text in UTF-8. */
record TextValues(byte[] values) implements Values {
  /** The bytes of a text; an error where it is no proper Unicode. */
  static byte[] encode(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] encoded = new byte[bytes.remaining()];
      bytes.get(encoded);
      return encoded;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "text must be valid Unicode but has an unpaired surrogate", e);
    }
  }

  /** The text of bytes; an exception if they are not valid UTF-8. */
  static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  @Override
  public Kind kind() {
    return Kind.TEXT;
  }

  @Override
  public long[] shape() {
    return new long[] {values.length};
  }

  @Override
  public void get(long from, ByteBuffer target) {
    target.duplicate().put(values, (int) from, target.remaining());
  }

  @Override
  public void put(long from, ByteBuffer source) {
    source.duplicate().get(values, (int) from, source.remaining());
  }
}
