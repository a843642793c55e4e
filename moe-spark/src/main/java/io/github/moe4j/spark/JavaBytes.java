package io.github.moe4j.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import org.jspecify.annotations.Nullable;

/** Java's serialization, which does not depend on the serializer that Spark is set to. */
final class JavaBytes {
  private JavaBytes() {}

  static byte[] write(@Nullable Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #write} wrote; classes are those of the application, which Spark loads. */
  static @Nullable Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ApplicationStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }

  private static final class ApplicationStream extends ObjectInputStream {
    ApplicationStream(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      ClassLoader application = Thread.currentThread().getContextClassLoader();
      try {
        return Class.forName(description.getName(), false, application);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitive types, too
      }
    }
  }
}
