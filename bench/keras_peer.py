"""Keras as a contender of bench/table.ts. Needs keras 3 with tensorflow.

  keras_peer.py step NAME SIZE BATCH       training steps, the protocol of bench/worker.ts: cnn, mobilenetv2, vgg16, resnet50
  keras_peer.py folder MODEL DIR SIZE      classifies a folder of class folders; prints `loop MS`, the time of its loop
  keras_peer.py epoch DIR SIZE             trains the CNN on files with augmentation; prints `epoch MS`, milliseconds an image of the second epoch
"""
import os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import keras
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(int(os.environ.get("BENCH_THREADS", "2")))


def custom_cnn(size):
    model = keras.Sequential([keras.Input((size, size, 3)), layers.Rescaling(1 / 255)])
    for filters in (4, 8, 16, 32, 64):
        model.add(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu"))
        model.add(layers.BatchNormalization())
    for layer in (layers.Flatten(), layers.Dense(8, activation="relu"), layers.BatchNormalization()):
        model.add(layer)
    model.add(layers.Dense(5, activation="softmax"))
    return model


def network(name, size):
    if name == "cnn":
        return custom_cnn(size)
    make = {"mobilenetv2": keras.applications.MobileNetV2, "vgg16": keras.applications.VGG16,
            "resnet50": keras.applications.ResNet50}[name]
    base = make(input_shape=(size, size, 3), include_top=False, weights=None, pooling="avg")
    return keras.Sequential([layers.Rescaling(1 / 127.5, offset=-1), base, layers.Dense(5, activation="softmax")])


def compiled(model):
    model.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=0.004),
                  loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def step(name, size, batch):
    model = compiled(network(name, int(size)))
    images = tf.constant(np.random.rand(int(batch), int(size), int(size), 3).astype("float32") * 255)
    labels = tf.constant(np.arange(int(batch)) % 5)
    work = lambda: model.train_on_batch(images, labels)
    for _ in range(3):
        work()
    print("ready", flush=True)
    for _ in sys.stdin:
        work()
        times = []
        for _ in range(2):
            began = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - began))
        print(*times, flush=True)


def files(path, size, **more):
    return keras.utils.image_dataset_from_directory(path, image_size=(int(size), int(size)), batch_size=32, **more)


def folder(model, path, size):
    network = keras.models.load_model(model, compile=False)
    data = files(path, size, shuffle=False, verbose=False).prefetch(2)
    began = time.perf_counter()
    for images, _ in data:
        network.predict_on_batch(images)
    print("loop", 1000 * (time.perf_counter() - began))


def epoch(path, size):
    data = files(path, size, seed=0, verbose=False)
    count = sum(len(labels) for _, labels in data)
    change = keras.Sequential([layers.RandomFlip("horizontal_and_vertical"), layers.RandomRotation(0.5), layers.RandomZoom(0.1)])
    data = data.map(lambda images, labels: (change(images, training=True), labels), num_parallel_calls=2).prefetch(2)
    model = compiled(custom_cnn(int(size)))
    model.fit(data, epochs=1, verbose=0)
    began = time.perf_counter()
    model.fit(data, epochs=1, verbose=0)
    print("epoch", 1000 * (time.perf_counter() - began) / count)


{"step": step, "folder": folder, "epoch": epoch}[sys.argv[1]](*sys.argv[2:])
