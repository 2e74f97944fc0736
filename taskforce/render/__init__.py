"""Views turned into words and pictures: pages, charts, mail and documents."""
