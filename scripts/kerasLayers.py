"""The two layers of a vision transformer that Keras does not have: import this before keras.saving.load_model."""
import keras


@keras.saving.register_keras_serializable(package="leukogram")
class ClassToken(keras.layers.Layer):
    """One learned row before the others: [N, T, D] -> [N, T + 1, D]."""

    def build(self, shape):
        self.cls = self.add_weight(name="cls", shape=(1, 1, shape[-1]), initializer="zeros")

    def call(self, x):
        token = keras.ops.broadcast_to(self.cls, (keras.ops.shape(x)[0], 1, x.shape[-1]))
        return keras.ops.concatenate([token, x], axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] + 1, shape[2])


@keras.saving.register_keras_serializable(package="leukogram")
class AddPositionEmbs(keras.layers.Layer):
    """A learned row added to each place: [N, T, D] -> [N, T, D]."""

    def build(self, shape):
        self.pe = self.add_weight(name="pe", shape=(1, *shape[1:]), initializer="truncated_normal")

    def call(self, x):
        return x + self.pe
