// A visitor's own face: from the camera or a file, through a canvas of our own; two clicks where no eyes are found.

const LARGEST_SIDE = 1280; // pixels of what is sent
const LARGEST_FILE = 40_000_000; // bytes of what is opened
const STEP = 0.02; // of the width, for the arrow keys

export function createOwn({ video, canvas, ask, onChange }) {
  let stream = null;
  let nWishes = 0; // for the camera: it may be given when it is not wanted any more
  let image = null; // a canvas with the picture
  let eyes = []; // [x, y] in shares of its width and height, shown by hand
  let cursor = [0.5, 0.4];
  let isPointing = false; // at the eyes
  let face = null; // the aligned one, as the others will see it
  let says = null;
  let sending = null; // the question under way

  // Browsers give a camera to pages from https and from this machine alone.
  const canUseCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);
  const end = (one) => { for (const track of one?.getTracks() ?? []) track.stop(); };

  async function startCamera() {
    const wish = ++nWishes;
    let given;
    try {
      given = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } } });
    } catch (error) {
      says = error.name === "NotAllowedError" ? "cameraRefused" : "cameraMissing";
      return onChange();
    }
    if (wish !== nWishes) return end(given);
    stream = video.srcObject = given;
    isPointing = false;
    says = "lookAtCamera";
    onChange();
    video.play().catch(() => {}); // it was turned off before it began
  }
  function stopCamera() {
    nWishes += 1;
    if (!stream) return;
    end(stream);
    stream = video.srcObject = null;
    if (says === "lookAtCamera") says = null;
    onChange();
  }
  function shoot() {
    if (!stream || !video.videoWidth) return;
    take(video, video.videoWidth, video.videoHeight, true);
    stopCamera();
    send();
  }
  async function open(file) {
    stopCamera();
    try {
      if (file.size > LARGEST_FILE) throw new RangeError("too large");
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }); // of a moving one the first
      take(bitmap, bitmap.width, bitmap.height);
      bitmap.close();
    } catch {
      says = file.size > LARGEST_FILE ? "tooLarge" : "noPicture";
      return onChange();
    }
    send();
  }
  function take(source, width, height, isMirrored = false) {
    const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
    image = document.createElement("canvas");
    image.width = Math.max(1, Math.round(width * scale));
    image.height = Math.max(1, Math.round(height * scale));
    const context = image.getContext("2d");
    context.fillStyle = "#fff"; // behind what can be seen through
    context.fillRect(0, 0, image.width, image.height);
    if (isMirrored) context.setTransform(-1, 0, 0, 1, image.width, 0); // as one sees oneself
    context.drawImage(source, 0, 0, image.width, image.height);
    eyes = [];
    face = null;
  }
  async function send() {
    says = "looking";
    isPointing = false;
    onChange();
    const url = image.toDataURL("image/jpeg", 0.92);
    const mine = ask("bring", { file: url.slice(url.indexOf(",") + 1), eyes: eyes.flat() });
    sending = mine;
    const reply = await mine;
    if (sending !== mine) return; // another picture was taken, other eyes shown, or all was forgotten
    sending = null;
    face = reply?.face ? `data:image/jpeg;base64,${reply.face}` : null;
    says = !reply ? null : face ? "aligned" : "noPicture";
    if (reply?.noEyes) point("noEyes");
    if (reply?.areClose) point("areClose");
    onChange();
  }
  function point(why = "pointEyes") {
    eyes = [];
    isPointing = true;
    sending = null;
    says = why;
    onChange();
    draw();
  }
  function showEye(x, y) {
    if (!isPointing) return;
    eyes.push([x, y]);
    draw();
    if (eyes.length === 2) send();
  }
  function draw() {
    if (!image || !isPointing) return;
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const size = Math.max(image.width, image.height) / 60;
    context.lineWidth = size / 4;
    for (const [x, y] of eyes) ring(context, x, y, size, "#e69f00");
    if (canvas.matches(":focus-visible")) ring(context, ...cursor, size, "#fff");
  }
  function ring(context, x, y, size, colour) {
    for (const [radius, style] of [[size * 1.2, "#000"], [size, colour]]) {
      context.strokeStyle = style;
      context.beginPath();
      context.arc(x * image.width, y * image.height, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  canvas.addEventListener("pointerdown", (event) => {
    const box = canvas.getBoundingClientRect();
    showEye((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (moves[event.key]) cursor = cursor.map((value, i) => Math.min(1, Math.max(0, value + STEP * moves[event.key][i])));
    else if (event.key === " " || event.key === "Enter") showEye(...cursor);
    else return;
    event.preventDefault();
    draw();
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, draw);

  // A picture that is still under way arrives first: it must not outlive the wish that it be forgotten.
  async function clear() {
    const under = sending;
    stopCamera();
    image = face = says = sending = null;
    eyes = [];
    isPointing = false;
    onChange();
    await under;
  }
  async function forget() {
    await clear();
    says = (await ask("forget", { what: "face" })) ? "forgotten" : null;
    onChange();
  }
  function lose() {
    face = null;
    says = "noFace";
    onChange();
  }
  return {
    startCamera, stopCamera, shoot, open, forget, clear, lose, draw,
    point: () => { if (isPointing && face) { isPointing = false; says = "aligned"; onChange(); } else { point(); canvas.focus(); } },
    state: () => ({ isFilming: Boolean(stream), canUseCamera: canUseCamera(), isPointing, hasImage: Boolean(image), face, says }),
  };
}
