// Records a short video with the camera of this machine and takes a picture of it. Without camera or script a file is chosen instead.
(() => {
  "use strict";
  const box = document.querySelector("[data-recorder]");
  if (!box) return;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const [shown, start, stop, said] = ["screen", "start", "stop", "said"].map(find);
  const form = box.closest("form");
  const [file, poster, seconds] = ["recording", "poster", "seconds"].map((name) => form.elements[name]);
  const most = Number(box.dataset.most);
  let camera, recorder, began;

  const put = (input, blob, name) => {
    const held = new DataTransfer();
    held.items.add(new File([blob], name, { type: blob.type }));
    input.files = held.files;
  };
  // The picture: what is seen a moment after the beginning.
  const picture = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [shown.videoWidth, shown.videoHeight];
    if (!canvas.width) return;
    canvas.getContext("2d").drawImage(shown, 0, 0);
    canvas.toBlob((blob) => blob && put(poster, blob, "poster.jpg"), "image/jpeg", 0.85);
  };
  const show = (blob) => {
    shown.srcObject = null;
    shown.muted = false;
    shown.src = URL.createObjectURL(blob);
    shown.hidden = false;
    shown.controls = true;
  };
  shown.addEventListener("loadedmetadata", () => {
    if (shown.srcObject) return;
    if (Number.isFinite(shown.duration)) seconds.value = Math.round(shown.duration);
    shown.currentTime = Math.min(1, Number.isFinite(shown.duration) ? shown.duration / 2 : 0);
  });
  shown.addEventListener("seeked", () => { if (!shown.srcObject && !poster.files.length) picture(); });
  file.addEventListener("change", () => {
    if (!file.files.length) return;
    poster.value = "";
    show(file.files[0]);
  });

  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  start.hidden = false;
  start.addEventListener("click", async () => {
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });
    } catch {
      said.textContent = box.dataset.refused;
      return;
    }
    shown.srcObject = camera;
    shown.muted = true;
    shown.hidden = false;
    shown.controls = false;
    await shown.play();
    const kind = ["video/mp4", "video/webm"].find((one) => MediaRecorder.isTypeSupported(one));
    recorder = new MediaRecorder(camera, { mimeType: kind, videoBitsPerSecond: 1_200_000 });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      clearInterval(clock);
      camera.getTracks().forEach((track) => track.stop());
      seconds.value = Math.max(1, Math.round((Date.now() - began) / 1000));
      const blob = new Blob(parts, { type: kind });
      put(file, blob, kind === "video/mp4" ? "video.mp4" : "video.webm");
      show(blob);
      [start.hidden, stop.hidden] = [false, true];
    };
    recorder.start(1000);
    began = Date.now();
    poster.value = "";
    setTimeout(picture, 1000);
    [start.hidden, stop.hidden] = [true, false];
    const clock = setInterval(() => {
      const passed = Math.round((Date.now() - began) / 1000);
      said.textContent = `${passed} / ${most}`;
      if (passed >= most) recorder.stop();
    }, 500);
  });
  stop.addEventListener("click", () => recorder.state === "recording" && recorder.stop());
})();
