package io.github.moe4j.models.layout;

/**
 * A linear module of a published model, {@code y = W·x}.
 *
 * @param name its path in the model, such as {@code model.layers.0.mlp.experts.3.up_proj}
 * @param out width of what comes out
 * @param in width of what goes in
 */
public record LinearModule(String name, long out, long in) {}
