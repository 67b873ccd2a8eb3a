"""The torch EmotionModel: encoders, fusion, heads. Only torch backends and training import this package."""
