"""Plain facts and geometry: levels, points and boxes, masks, visibility, the machine. Imports nothing of ours."""
